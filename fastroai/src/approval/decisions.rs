//! What was decided about the calls of a paused run.

use std::fmt;

use super::ApprovalRequest;

/// What the model reads where nobody said why.
const NOT_APPROVED: &str = "This call was not approved, and did not run.";

/// What was decided about the calls of a [`PausedRun`](super::PausedRun): one decision for each. `Debug`
/// shows no content.
///
/// ```
/// use fastroai::approval::Decisions;
/// let decisions = Decisions::new()
///     .approve("call_1")
///     .approve_with("call_2", r#"{"cents": 500}"#)
///     .deny("call_3", "Not before the parcel is back.")
///     .by("ada");
/// ```
#[derive(Clone, Default)]
#[must_use = "decisions are made by `resume`"]
pub struct Decisions {
    pub(super) made: Vec<(String, Decided)>,
    pub(super) by: Option<String>,
    /// The calls that were approved as they were shown.
    pub(super) shown: Vec<ApprovalRequest>,
}

/// What was decided about one call.
#[derive(Clone)]
pub(crate) enum Decided {
    Approved,
    /// With these arguments.
    Edited(String),
    /// With what the model is told.
    Denied(String),
    /// With what the tool gave elsewhere.
    HandedIn(String),
}

impl Decided {
    /// A denial; the model reads a fixed sentence where it says nothing.
    pub(super) fn denied(message: String) -> Self {
        let says_nothing = message.trim().is_empty();
        Self::Denied(if says_nothing { NOT_APPROVED.to_owned() } else { message })
    }
}

impl Decisions {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The call of this id runs, as the model asked for it.
    pub fn approve(self, call_id: impl Into<String>) -> Self {
        self.with(call_id, Decided::Approved)
    }

    /// This call runs, as it was shown to whoever decides. Where another one waits under its id by
    /// then, as where what was stored has been changed, the run is not gone on with.
    ///
    /// ```
    /// # use fastroai::prelude::*;
    /// # use fastroai::approval::{Decisions, PausedRun};
    /// fn approve_all(paused: &PausedRun) -> Decisions {
    ///     let requests = paused.requests();
    ///     requests.iter().fold(Decisions::new(), Decisions::approve_shown)
    /// }
    /// ```
    pub fn approve_shown(mut self, request: &ApprovalRequest) -> Self {
        self.shown.push(request.clone());
        self.approve(request.call_id.as_str())
    }

    /// The call of this id runs with these arguments, a JSON object that fits the tool. The model reads
    /// them beside the result.
    #[doc(alias = "override_args")]
    pub fn approve_with(self, call_id: impl Into<String>, arguments: impl Into<String>) -> Self {
        self.with(call_id, Decided::Edited(arguments.into()))
    }

    /// The call of this id does not run. The model reads the message.
    #[doc(alias = "ToolDenied")]
    pub fn deny(self, call_id: impl Into<String>, message: impl Into<String>) -> Self {
        self.with(call_id, Decided::denied(message.into()))
    }

    /// The tool of this call ran elsewhere, and gave this. The model reads it.
    pub fn result(self, call_id: impl Into<String>, text: impl Into<String>) -> Self {
        self.with(call_id, Decided::HandedIn(text.into()))
    }

    /// Who decided: hooks are told, and it is the actor in the audit trail, from which it can be erased.
    pub fn by(mut self, who: impl Into<String>) -> Self {
        self.by = Some(who.into());
        self
    }

    fn with(mut self, call_id: impl Into<String>, decided: Decided) -> Self {
        self.made.push((call_id.into(), decided));
        self
    }
}

impl fmt::Debug for Decisions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls: Vec<&str> = self.made.iter().map(|(call, _)| call.as_str()).collect();
        f.debug_struct("Decisions").field("calls", &calls).finish_non_exhaustive()
    }
}
