//! What a guard has decided, for those who keep a record.

use std::borrow::Cow;

use super::Stage;

/// What became of a text that a guard did not simply let through. It has no content.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Decided {
    /// The guard.
    pub guard: String,
    /// Where the text was on its way.
    pub stage: Stage,
    /// The tool whose arguments or result it was.
    pub tool: Option<String>,
    /// What became of it.
    pub action: Action,
    /// Why, in the guard's words.
    pub reason: Cow<'static, str>,
}

/// What becomes of a text that a guard does not simply let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Action {
    /// Another text passed in its place.
    Replaced,
    /// It passed, and is recorded.
    Flagged,
    /// It did not pass.
    Blocked,
    /// The guard could not tell, so that nothing passed.
    Failed,
}

impl Action {
    /// A word for records.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Replaced => "replaced",
            Self::Flagged => "flagged",
            Self::Blocked => "blocked",
            Self::Failed => "failed",
        }
    }
}
