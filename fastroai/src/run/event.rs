//! What happens to a run.

use fastroai_providers::{Media, Response, ToolOutcome};
use serde::{Deserialize, Serialize};

use super::reason::Reason;

/// What happens to a run: all that its state depends on, and all that is needed to rebuild it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Which tools the next requests do not offer, until it is said anew. Until it is said at all,
    /// they offer all. A call of one that is hidden is answered as one of a tool that does not exist.
    Offered {
        /// The names of the tools that are hidden.
        hidden: Vec<String>,
    },
    /// A guard holds calls back of the reply that comes next: they do not run, and the model is told.
    HeldBack {
        /// The places of the calls in that reply.
        calls: Vec<usize>,
    },
    /// The model has answered.
    Replied {
        /// Its reply.
        reply: Response,
    },
    /// The model could not be asked, after all attempts.
    ModelFailed {
        /// What had arrived.
        partial: Option<Response>,
    },
    /// A tool has ended; or its call did not fit it, or its result was handed in.
    ToolDone {
        /// The call's place in the model's reply.
        index: usize,
        /// What it gave.
        report: ToolReport,
    },
    /// The arguments of a call that needs a decision fit its tool: it waits for one.
    Deferred {
        /// The call's place in the model's reply.
        index: usize,
    },
    /// A call that waited may run.
    Approved {
        /// The call's place in the model's reply.
        index: usize,
        /// The arguments to run it with, where they are others than the model gave.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        arguments: Option<EditedArguments>,
    },
    /// A call that waited does not run.
    Denied {
        /// The call's place in the model's reply.
        index: usize,
        /// What the model is told.
        message: Reason,
    },
    /// The answer fits the output.
    Accepted,
    /// The answer does not fit the output.
    Rejected {
        /// Why, in words for the model.
        reason: Reason,
    },
    /// The run must end now.
    Stopped {
        /// Why.
        stop: Stop,
        /// What had arrived of a reply, where the model was being asked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        partial: Option<Response>,
    },
}

/// Why a run must end before its answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Stop {
    /// Someone cancelled it.
    Cancelled,
    /// Its time is up.
    DeadlinePassed,
    /// Its budget is spent, or what it costs cannot be known.
    Budget,
    /// It has used what it may, or a policy lets it go no further.
    Denied,
    /// What makes the output of an answer failed for good.
    Output,
}

/// The arguments that whoever approved a call gave it, as JSON. `Debug` hides them,
/// [`as_str`](Self::as_str) shows them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EditedArguments(String);

impl EditedArguments {
    /// The arguments.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }
}

impl From<String> for EditedArguments {
    fn from(arguments: String) -> Self {
        Self(arguments)
    }
}

impl std::fmt::Debug for EditedArguments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "<{} bytes>", self.0.len())
    }
}

/// What a tool gave, as the model will read it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolReport {
    /// What the model reads.
    pub content: String,
    /// Pictures and documents beside it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Media>,
    /// How it went.
    pub outcome: ToolOutcome,
    /// It took too long.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub timed_out: bool,
}

impl ToolReport {
    /// A report of this content and outcome.
    pub fn new(content: impl Into<String>, outcome: ToolOutcome) -> Self {
        Self { content: content.into(), media: Vec::new(), outcome, timed_out: false }
    }

    /// The report, with these pictures and documents beside its text.
    #[must_use]
    pub fn with_media(mut self, media: Vec<Media>) -> Self {
        self.media = media;
        self
    }

    /// A report of a tool that took too long, which the model may try again.
    pub fn timed_out(content: impl Into<String>) -> Self {
        Self { timed_out: true, ..Self::new(content, ToolOutcome::Retry) }
    }
}

impl std::fmt::Debug for ToolReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ToolReport")
            .field("content", &format_args!("<{} bytes>", self.content.len()))
            .field("media", &self.media.len())
            .field("outcome", &self.outcome)
            .field("timed_out", &self.timed_out)
            .finish()
    }
}
