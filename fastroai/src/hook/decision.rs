//! A tool call that someone decides about.

use std::fmt;

/// A tool call that someone decides about. `Debug` shows no arguments.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct ApprovalDecision<'a> {
    /// How far it is.
    pub step: ApprovalStep,
    /// The tool.
    pub tool: &'a str,
    /// The call's id.
    pub call_id: &'a str,
    /// The arguments: those that it runs with, where it does.
    pub arguments: &'a str,
    /// Who decided, where that was said.
    pub by: Option<&'a str>,
}

/// How far a decision is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ApprovalStep {
    /// Someone is asked.
    Asked,
    /// It runs as the model asked for it.
    Approved,
    /// It runs with other arguments.
    Edited,
    /// It does not run.
    Denied,
    /// It ran elsewhere, and its result is here.
    HandedIn,
}

impl ApprovalStep {
    /// A word for records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Approved => "approved",
            Self::Edited => "edited",
            Self::Denied => "denied",
            Self::HandedIn => "handed in",
        }
    }
}

impl fmt::Debug for ApprovalDecision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApprovalDecision")
            .field("step", &self.step)
            .field("tool", &self.tool)
            .field("call_id", &self.call_id)
            .field("arguments", &format_args!("<{} bytes>", self.arguments.len()))
            .field("by", &self.by)
            .finish()
    }
}
