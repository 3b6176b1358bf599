//! The face of an error for those who are not to know what is inside.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use fastroai_providers::{ModelError, ModelErrorKind};
use serde::Serialize;
use uuid::Uuid;

use super::kind::model_word;
use super::{Error, ErrorKind};

/// What an end user, or who asks over HTTP, may know of an error: a code, a sentence that is the same
/// for all errors of that code, and an id by which an operator finds the rest.
///
/// No name of a model, an account, a host or a tool is in it, no limit, and nothing that a user, a
/// model, a tool, a provider or a hook said. As JSON it is
/// `{"code": …, "message": …, "correlation_id": …}`.
///
/// ```
/// # use fastroai::prelude::*;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let agent = Agent::builder().model("nobody:knows").build()?;
/// let error = agent.run("Hello").await.unwrap_err();
/// eprintln!("{}", error.internal());
/// let public = error.public();
/// assert_eq!(public.code(), "config");
/// assert_eq!(public.message(), "The service is not set up correctly.");
/// assert_eq!(public.correlation_id(), error.run_id());
/// # Ok(()) }
/// ```
///
/// # Codes
///
/// A code stays what it is; new ones may be added. An audit trail says with the same word how a run
/// ended.
///
/// | code | message |
/// | --- | --- |
/// | `config` | The service is not set up correctly. |
/// | `transport` | The model could not be reached. |
/// | `protocol` | The model's answer could not be read. |
/// | `provider` | The model could not answer. |
/// | `empty` | The model gave no answer. |
/// | `refused` | The model declined to answer. |
/// | `filtered` | The answer was stopped by a content filter. |
/// | `output_invalid` | The answer did not have the form that is needed. |
/// | `output_failed` | The answer could not be processed. |
/// | `output_truncated` | The answer was too long. |
/// | `max_turns` | The task took too many steps. |
/// | `max_tool_calls` | The task took too many actions. |
/// | `tool_corrections` | An action of the task could not be carried out. |
/// | `loop` | The task made no progress. |
/// | `budget` | There is not enough money left for the task. |
/// | `output_cut_by_budget` | There was not enough money left for a whole answer. |
/// | `unbounded` | Nobody can say what the task may cost. |
/// | `unknown_price` | Nobody knows what the task costs. |
/// | `usage_limit` | The task used as much as it may. |
/// | `denied` | The task is not allowed. |
/// | `hook_panicked` | The task was stopped by an internal error. |
/// | `blocked` | The question or the answer is not allowed. |
/// | `guard_failed` | The question or the answer could not be checked. |
/// | `deadline` | The task took too long. |
/// | `cancelled` | The task was cancelled. |
/// | `too_deep` | The task was handed on too often. |
/// | `history` | The conversation could not be prepared. |
/// | `paused` | The task waits for an approval. |
/// | `already_resumed` | The task was gone on with already. |
/// | `claim` | The task could not be gone on with. |
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct PublicError {
    code: &'static str,
    message: &'static str,
    correlation_id: String,
    #[serde(skip)]
    retryable: bool,
    #[serde(skip)]
    retry_after: Option<Duration>,
}

impl PublicError {
    /// A stable word for what kind of error it is.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// A sentence for the code.
    #[must_use]
    pub fn message(&self) -> &'static str {
        self.message
    }

    /// The id under which an operator finds it in traces and in an audit trail; never empty.
    #[must_use]
    pub fn correlation_id(&self) -> &str {
        &self.correlation_id
    }

    /// Whether trying again, later, may help.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.retryable
    }

    /// How long to wait before that, where a provider said it.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}

impl From<&Error> for PublicError {
    fn from(error: &Error) -> Self {
        let kind = error.kind();
        let retryable = error.is_retryable();
        // One model that answers is enough.
        let waits = error.model_errors().iter().filter(|error| error.is_retryable());
        let retry_after = waits.filter_map(ModelError::retry_after).min().filter(|_| retryable);
        Self {
            code: kind.word(),
            message: kind.sentence(),
            correlation_id: error.correlation_id().to_owned(),
            retryable,
            retry_after,
        }
    }
}

/// Of a model that was asked outside a run, as by [`Model::request`](crate::Model::request). The id is
/// a new one: write it down beside the [internal face](super::InternalError).
impl From<&ModelError> for PublicError {
    fn from(error: &ModelError) -> Self {
        let retryable = error.is_retryable();
        Self {
            code: model_word(error),
            message: model_sentence(error),
            correlation_id: Uuid::now_v7().to_string(),
            retryable,
            retry_after: error.retry_after().filter(|_| retryable),
        }
    }
}

impl fmt::Display for PublicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {})", self.message, self.code, self.correlation_id)
    }
}

impl fmt::Debug for PublicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicError")
            .field("code", &self.code)
            .field("correlation_id", &self.correlation_id)
            .finish_non_exhaustive()
    }
}

impl StdError for PublicError {}

fn model_sentence(error: &ModelError) -> &'static str {
    match error.kind() {
        ModelErrorKind::Config => CONFIG,
        ModelErrorKind::Transport { .. } => "The model could not be reached.",
        ModelErrorKind::Protocol(_) => "The model's answer could not be read.",
        _ => PROVIDER,
    }
}

const CONFIG: &str = "The service is not set up correctly.";
const PROVIDER: &str = "The model could not answer.";

impl ErrorKind {
    /// The sentence for its [word](Self::word).
    fn sentence(&self) -> &'static str {
        match self {
            Self::Config(_) => CONFIG,
            Self::Model(error) => model_sentence(error),
            Self::Models(errors) => errors.last().map_or(PROVIDER, model_sentence),
            Self::Empty => "The model gave no answer.",
            Self::Refused => "The model declined to answer.",
            Self::Filtered => "The answer was stopped by a content filter.",
            Self::OutputInvalid { .. } => "The answer did not have the form that is needed.",
            Self::OutputFailed(_) => "The answer could not be processed.",
            Self::OutputTruncated => "The answer was too long.",
            Self::MaxTurns { .. } => "The task took too many steps.",
            Self::MaxToolCalls { .. } => "The task took too many actions.",
            Self::ToolCorrections { .. } => "An action of the task could not be carried out.",
            Self::Loop { .. } => "The task made no progress.",
            Self::Budget { .. } => "There is not enough money left for the task.",
            Self::OutputCutByBudget { .. } => "There was not enough money left for a whole answer.",
            Self::Unbounded(_) => "Nobody can say what the task may cost.",
            Self::UnknownPrice { .. } => "Nobody knows what the task costs.",
            Self::UsageLimit(_) => "The task used as much as it may.",
            Self::Denied { .. } => "The task is not allowed.",
            Self::HookPanicked { .. } => "The task was stopped by an internal error.",
            Self::Blocked { .. } => "The question or the answer is not allowed.",
            Self::GuardFailed { .. } => "The question or the answer could not be checked.",
            Self::DeadlinePassed => "The task took too long.",
            Self::Cancelled => "The task was cancelled.",
            Self::TooDeep => "The task was handed on too often.",
            Self::History(_) => "The conversation could not be prepared.",
            Self::Paused(_) => "The task waits for an approval.",
            Self::AlreadyResumed => "The task was gone on with already.",
            Self::Claim(_) => "The task could not be gone on with.",
        }
    }
}

#[cfg(test)]
mod tests;
