//! The beginning and the end of a run.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::hooks::{named, tell_one};
use super::{Hooks, Stopped};
use crate::error::{ErrorCategory, ErrorKind};
use crate::money::Bill;
use crate::principal::Principal;
use crate::scope::Scope;
use crate::telemetry::events::Told;

/// A run that begins or has ended, or that an account has nothing left for. `Debug` shows no content.
#[derive(Clone, Copy)]
pub struct RunInfo<'a> {
    pub(crate) scope: &'a Scope,
    pub(crate) agent: &'a str,
    pub(crate) run_id: &'a str,
}

impl RunInfo<'_> {
    /// The agent's name; empty where a model is asked without an agent.
    #[must_use]
    pub fn agent(&self) -> &str {
        self.agent
    }

    /// The run's id; where a model is asked without an agent, that of the request.
    #[must_use]
    pub fn run_id(&self) -> &str {
        self.run_id
    }

    /// The id of the run that this one, or this request, was begun in: by a tool of it, say.
    #[must_use]
    pub fn parent_run_id(&self) -> Option<&str> {
        self.scope.parent_run_id()
    }

    /// The id of the conversation that it is a part of; see
    /// [`Call::conversation_id`](crate::Call::conversation_id).
    #[must_use]
    pub fn conversation_id(&self) -> Option<&str> {
        self.scope.labels().conversation_id.as_deref()
    }

    /// What the call, or one around it, says under this key; see
    /// [`Call::metadata`](crate::Call::metadata).
    #[must_use]
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.scope.labels().metadata.get(key).map(String::as_str)
    }

    /// For whom it acts; see [`Call::principal`](crate::Call::principal).
    #[must_use]
    pub fn principal(&self) -> Option<&Principal> {
        self.scope.principal()
    }
}

impl fmt::Debug for RunInfo<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunInfo")
            .field("agent", &self.agent)
            .field("run_id", &self.run_id)
            .finish_non_exhaustive()
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct RunEnd<'a> {
    /// With what.
    pub how: RunEnding<'a>,
    /// What it had cost.
    pub bill: &'a Bill,
}

/// With what a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RunEnding<'a> {
    /// With an answer.
    Answered,
    /// With an error.
    Failed {
        /// A word for its kind, such as `budget` or `cancelled`.
        kind: &'a str,
        /// What kind of trouble it is.
        category: ErrorCategory,
    },
    /// It waits for decisions about tool calls. Where it goes on it begins anew, with the same id.
    Paused,
    /// Its future was dropped.
    Dropped,
}

impl ErrorKind {
    /// How a run ends that fails so.
    pub(crate) fn ending(&self) -> RunEnding<'static> {
        match self {
            Self::Paused(_) => RunEnding::Paused,
            _ => RunEnding::Failed { kind: self.word(), category: self.category() },
        }
    }
}

/// A run whose hooks know that it has begun. They are told of its end once, also where it is dropped.
pub(crate) struct Watched<'a> {
    info: RunInfo<'a>,
    hooks: Hooks,
    /// How many of them know.
    told: usize,
}

impl<'a> Watched<'a> {
    /// Tells all hooks.
    ///
    /// # Errors
    /// Where one does not let the run begin; those who knew of it have been told of its end.
    pub(crate) fn begin(info: RunInfo<'a>) -> Result<Self, Stopped> {
        let hooks = info.scope.hooks().clone();
        let mut watched = Self { info, hooks, told: 0 };
        for hook in watched.hooks.clone().iter() {
            let said = catch_unwind(AssertUnwindSafe(|| hook.before_run(&info)));
            let (kind, category, stopped) = match said {
                Ok(Ok(())) => {
                    watched.told += 1;
                    continue;
                }
                Ok(Err(denied)) => {
                    let category = denied.kind();
                    ("denied", category, Stopped::Denied { hook: named(&**hook), denied })
                }
                Err(_) => {
                    let stopped = Stopped::Panicked { hook: named(&**hook) };
                    ("hook_panicked", ErrorCategory::Unknown, stopped)
                }
            };
            watched.end(RunEnding::Failed { kind, category }, &Bill::default());
            return Err(stopped);
        }
        Ok(watched)
    }

    /// Tells those who know how it ended.
    pub(crate) fn end(mut self, how: RunEnding<'_>, bill: &Bill) {
        self.tell(how, bill);
    }

    fn tell(&mut self, how: RunEnding<'_>, bill: &Bill) {
        let told = std::mem::take(&mut self.told);
        for hook in self.hooks.iter().take(told) {
            let end = RunEnd { how, bill };
            tell_one(&**hook, Told::RunsEnd, || hook.after_run(&self.info, &end));
        }
    }
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        if self.told > 0 {
            let bill = self.info.scope.meter().bill();
            self.tell(RunEnding::Dropped, &bill);
        }
    }
}
