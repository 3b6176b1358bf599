//! What a guard has decided, as hooks are told.

use crate::guard::{Action, Decided, Stage};

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

impl<'a> From<&'a Decided> for GuardDecision<'a> {
    fn from(decided: &'a Decided) -> Self {
        Self {
            guard: &decided.guard,
            stage: decided.stage,
            tool: decided.tool.as_deref(),
            action: decided.action,
            reason: &decided.reason,
        }
    }
}
