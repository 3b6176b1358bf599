//! Whether an answer is taken, asked without naming the type.

use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::agent::{OutputContext, OutputError, OutputSpec, Shape};

/// What becomes of an answer.
pub(crate) enum Verdict {
    Accepted,
    /// With the reason, in words for the model.
    Rejected(String),
    /// What makes an output of it failed for good.
    Failed(OutputError),
}

/// Takes an answer or says why not.
pub(crate) trait Check: Send + Sync {
    /// How the answer is asked for; `None` for text.
    fn shape(&self) -> Option<&Arc<Shape>>;

    /// Goes on from a run in which so many answers were not taken.
    fn go_on_from(&self, rejected: u32);

    /// Whether to say nothing is an answer.
    fn is_optional(&self) -> bool;

    /// Whether any text is an answer.
    fn takes_any_text(&self) -> bool;

    fn accepts<'c>(&'c self, text: &'c str) -> BoxFuture<'c, Verdict>;

    /// Whether a watcher may be shown a part of an answer.
    #[cfg(feature = "partial")]
    fn shows(&self, part: &serde_json::Value) -> bool;
}

/// Makes an output of the answer and keeps it. Made for one run, and counts in it alone.
pub(crate) struct Typed<'a, T> {
    spec: OutputSpec<'a, T>,
    taken: Mutex<Option<T>>,
    /// How many answers were not taken.
    rejected: AtomicU32,
}

impl<'a, T: Send + 'static> Typed<'a, T> {
    pub(crate) fn new(spec: OutputSpec<'a, T>) -> Self {
        Self { spec, taken: Mutex::new(None), rejected: AtomicU32::new(0) }
    }

    /// The output of the answer that was taken; of a text that needed no check, it is made now.
    pub(crate) async fn output(&self, text: &str) -> Result<T, OutputError> {
        match self.take() {
            Some(output) => Ok(output),
            None => self.spec.read(text, OutputContext::whole(self.attempt())).await,
        }
    }

    pub(crate) fn spec(&self) -> &OutputSpec<'a, T> {
        &self.spec
    }

    fn take(&self) -> Option<T> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn attempt(&self) -> u32 {
        self.rejected.load(Ordering::Relaxed)
    }
}

impl<T: Send + 'static> Check for Typed<'_, T> {
    fn shape(&self) -> Option<&Arc<Shape>> {
        self.spec.shape()
    }

    fn go_on_from(&self, rejected: u32) {
        self.rejected.store(rejected, Ordering::Relaxed);
    }

    fn is_optional(&self) -> bool {
        self.spec.is_optional()
    }

    fn takes_any_text(&self) -> bool {
        self.spec.takes_any_text()
    }

    fn accepts<'c>(&'c self, text: &'c str) -> BoxFuture<'c, Verdict> {
        Box::pin(async move {
            let reading = self.spec.read(text, OutputContext::whole(self.attempt()));
            let error = match AssertUnwindSafe(reading).catch_unwind().await {
                Ok(Ok(output)) => {
                    // Of several that fit, the first is the answer.
                    let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
                    taken.get_or_insert(output);
                    return Verdict::Accepted;
                }
                Ok(Err(error)) => error,
                Err(_) => OutputError::new("what makes the output panicked"),
            };
            match error.as_retry() {
                Some(reason) => {
                    self.rejected.fetch_add(1, Ordering::Relaxed);
                    Verdict::Rejected(reason.to_owned())
                }
                None => Verdict::Failed(error),
            }
        })
    }

    #[cfg(feature = "partial")]
    fn shows(&self, part: &serde_json::Value) -> bool {
        self.spec.shows(part, OutputContext::partial(self.attempt()))
    }
}
