//! Attempts that were let through, and how they ended.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use fastroai_providers::{ModelError, RetryClass, Usage};
use tokio::time::Instant;

use super::Hook;
use super::hooks::named;
use crate::error::{ErrorCategory, model_category};
use crate::money::Cost;
use crate::telemetry::events::{self, Told};

type Settle = Box<dyn FnOnce(Closing<'_>) + Send>;

/// How an attempt that was let through came to its end, made or not.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "audit"), expect(dead_code, reason = "the trail alone tells them apart"))]
pub(crate) enum Closing<'a> {
    /// It was made.
    Made(&'a Outcome<'a>),
    /// Another hook did not let it through.
    Denied { hook: &'a str },
    /// Another hook panicked.
    HookPanicked { hook: &'a str },
    /// Another hook has it wait: all are asked again.
    Waits,
    /// Its run was cancelled or dropped.
    GivenUp,
}

/// An attempt that was let through.
///
/// It is settled with the [`Outcome`], once; where the attempt was given up, because its run was
/// cancelled or dropped or another hook did not let it through, there is none.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicUsize, Ordering};
/// use fastroai::hook::{Gate, Permit};
/// let inside = Arc::new(AtomicUsize::new(1));
/// let leaving = Arc::clone(&inside);
/// let gate = Gate::Go(Permit::new(move |_outcome| {
///     leaving.fetch_sub(1, Ordering::SeqCst);
/// }));
/// drop(gate);
/// assert_eq!(inside.load(Ordering::SeqCst), 0);
/// ```
#[doc(alias = "on_after_dispatch")]
#[must_use = "a permit that is dropped gives the attempt up"]
pub struct Permit(Option<Settle>);

impl Permit {
    /// One that is told nothing.
    pub fn free() -> Self {
        Self(None)
    }

    /// One that is told how the attempt ended; `None` where it was given up.
    pub fn new(settle: impl FnOnce(Option<&Outcome<'_>>) + Send + 'static) -> Self {
        Self(Some(Box::new(move |closing| {
            settle(match closing {
                Closing::Made(outcome) => Some(outcome),
                _ => None,
            });
        })))
    }

    /// One that is told why an attempt was not made as well.
    #[cfg(feature = "audit")]
    pub(crate) fn closing(close: impl FnOnce(Closing<'_>) + Send + 'static) -> Self {
        Self(Some(Box::new(close)))
    }

    fn end(&mut self, closing: Closing<'_>) -> Result<(), ()> {
        let Some(settle) = self.0.take() else { return Ok(()) };
        catch_unwind(AssertUnwindSafe(|| settle(closing))).map_err(drop)
    }

    /// The attempt is not made.
    fn give_up(&mut self, closing: Closing<'_>) {
        if self.end(closing).is_err() {
            events::permit_panicked();
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.give_up(Closing::GivenUp);
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Permit(..)" } else { "Permit" })
    }
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Outcome<'a> {
    /// With what.
    pub ended: Ended<'a>,
    /// What it took, as far as it was reported.
    pub usage: &'a Usage,
    /// What it cost; `None` where that is unknown.
    pub cost: Option<Cost>,
    /// How long it took.
    pub elapsed: Duration,
}

/// With what an attempt ended.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Ended<'a> {
    /// It went well.
    Succeeded,
    /// The model could not be asked.
    ModelFailed(&'a ModelError),
    /// A limit of the run cut the reply off.
    CutOff,
    /// The tool failed, or asked the model to correct its call.
    ToolFailed,
    /// The tool panicked.
    ToolPanicked,
    /// It took longer than the attempt or the run may.
    TimedOut,
}

impl Outcome<'_> {
    /// Whether it went well.
    #[must_use]
    pub fn is_success(&self) -> bool {
        matches!(self.ended, Ended::Succeeded)
    }

    /// What kind of trouble there was; `None` where it went well.
    #[must_use]
    pub fn category(&self) -> Option<ErrorCategory> {
        Some(match self.ended {
            Ended::Succeeded => return None,
            Ended::ModelFailed(error) => model_category(error),
            Ended::CutOff | Ended::TimedOut => ErrorCategory::ResourceExhaustion,
            Ended::ToolFailed | Ended::ToolPanicked => ErrorCategory::Unknown,
        })
    }

    /// Whether, and how, the attempt at a model may be repeated; `None` where it went well, or was
    /// at a tool.
    #[must_use]
    pub fn retry_class(&self) -> Option<RetryClass> {
        match self.ended {
            Ended::ModelFailed(error) => Some(error.retry_class()),
            _ => None,
        }
    }
}

/// A hook that panicked when it was told how an attempt ended.
#[derive(Debug)]
pub(crate) struct Panicked {
    pub(crate) hook: String,
}

/// What all hooks have let through. Dropped, it tells them that the attempt was given up, or ran
/// out of time where the run's is over.
pub(crate) struct Permits {
    open: Vec<(Arc<dyn Hook>, Permit)>,
    start: Option<Instant>,
    deadline: Option<Instant>,
}

impl Permits {
    /// Those of no hook.
    pub(crate) const fn none() -> Self {
        Self { open: Vec::new(), start: None, deadline: None }
    }

    pub(super) fn until(deadline: Option<Instant>) -> Self {
        Self { open: Vec::new(), start: None, deadline }
    }

    pub(super) fn add(&mut self, hook: &Arc<dyn Hook>, permit: Permit) {
        if permit.0.is_some() {
            self.start.get_or_insert_with(Instant::now);
            self.open.push((Arc::clone(hook), permit));
        }
    }

    /// Gives all back: the attempt is not made.
    pub(super) fn give_back(mut self, closing: Closing<'_>) {
        for (_, mut permit) in self.open.drain(..) {
            permit.give_up(closing);
        }
    }

    /// Tells all hooks how the attempt ended.
    ///
    /// # Errors
    /// The first hook that panicked; all are told nevertheless.
    pub(crate) fn settle(
        mut self,
        ended: Ended<'_>,
        usage: &Usage,
        cost: Option<Cost>,
    ) -> Result<(), Panicked> {
        self.end(ended, usage, cost)
    }

    fn end(&mut self, ended: Ended<'_>, usage: &Usage, cost: Option<Cost>) -> Result<(), Panicked> {
        let mut told = Ok(());
        let elapsed = self.start.map(|start| start.elapsed()).unwrap_or_default();
        for (hook, mut permit) in self.open.drain(..) {
            let outcome = Outcome { ended, usage, cost, elapsed };
            if permit.end(Closing::Made(&outcome)).is_err() {
                told = told.and(Err(Panicked { hook: named(&*hook) }));
            }
        }
        told
    }
}

impl Drop for Permits {
    fn drop(&mut self) {
        if self.open.is_empty() {
            return;
        }
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            // The run has an error of its own already.
            if let Err(Panicked { hook }) = self.end(Ended::TimedOut, &Usage::default(), None) {
                events::hook_panicked(&hook, Told::End);
            }
        }
        self.open.clear();
    }
}
