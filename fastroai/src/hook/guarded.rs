//! What a guard has decided, as hooks are told.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::hooks::named;
use super::{Hooks, RunInfo};
use crate::guard::{Action, Decided, Stage};
use crate::telemetry::events::{self, Told};

/// What a guard has decided about a text. It has no content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct GuardDecision<'a> {
    /// The guard.
    pub guard: &'a str,
    /// Where the text was on its way.
    pub stage: Stage,
    /// The tool whose arguments or result it was.
    pub tool: Option<&'a str>,
    /// What became of it.
    pub action: Action,
    /// Why, in the guard's words.
    pub reason: &'a str,
}

impl GuardDecision<'_> {
    /// The same, to be kept.
    pub(super) fn to_decided(self) -> Decided {
        Decided {
            guard: self.guard.to_owned(),
            stage: self.stage,
            tool: self.tool.map(str::to_owned),
            action: self.action,
            reason: self.reason.to_owned().into(),
        }
    }
}

impl Hooks {
    /// Tells all hooks what a guard has decided.
    pub(crate) fn guarded(&self, run: &RunInfo<'_>, decided: &Decided) {
        let decision = GuardDecision {
            guard: &decided.guard,
            stage: decided.stage,
            tool: decided.tool.as_deref(),
            action: decided.action,
            reason: &decided.reason,
        };
        for hook in self.iter() {
            if catch_unwind(AssertUnwindSafe(|| hook.on_guard(run, &decision))).is_err() {
                // What the guard has said holds without it.
                events::hook_panicked(&named(&**hook), Told::Guard);
            }
        }
    }
}
