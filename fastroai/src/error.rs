//! How a run fails, with what it cost and what was said.

mod category;
mod internal;
mod kind;
mod public;
mod withheld;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use fastroai_providers::{History, ModelError};
use uuid::Uuid;

pub use category::ErrorCategory;
pub(crate) use category::model_category;
pub use internal::InternalError;
pub use kind::ErrorKind;
pub(crate) use kind::model_word;
pub use public::PublicError;

pub use self::withheld::Withheld;
use crate::approval::PausedRun;
use crate::guard::{Decided, GuardError};
use crate::history::HistoryFault;
use crate::money::Bill;

/// A run that ended without an answer: why, what it had cost, and a transcript that can go on.
///
/// `Display` and `Debug` show no key, no prompt and nothing that a provider or a tool said. For those
/// who may not even know of models and budgets there is [`public`](Self::public), and for operators
/// [`internal`](Self::internal).
#[doc(alias = "FastroAIError")]
pub struct Error(Box<Inner>);

/// What a run gives: `Result<AgentResponse<Plan>>`. The error may be another one, as with `Result`.
pub type Result<T, E = Error> = std::result::Result<T, E>;

struct Inner {
    kind: ErrorKind,
    run_id: String,
    agent: Option<String>,
    bill: Bill,
    history: History,
    elapsed: Duration,
    guarded: Vec<Decided>,
}

impl Error {
    pub(crate) fn new(
        kind: ErrorKind,
        run_id: String,
        bill: Bill,
        history: History,
        elapsed: Duration,
    ) -> Self {
        let guarded = Vec::new();
        Self(Box::new(Inner { kind, run_id, agent: None, bill, history, elapsed, guarded }))
    }

    pub(crate) fn with_guarded(mut self, guarded: Vec<Decided>) -> Self {
        self.0.guarded = guarded;
        self
    }

    /// Of what is no run of its own, or could not begin, and so has cost nothing.
    pub(crate) fn unstarted(kind: ErrorKind) -> Self {
        let id = Uuid::now_v7().to_string();
        Self::new(kind, id, Bill::default(), History::default(), Duration::ZERO)
    }

    /// Says which run it belongs to.
    pub(crate) fn of_run(mut self, id: &str) -> Self {
        id.clone_into(&mut self.0.run_id);
        self
    }

    /// Says whose run it was.
    pub(crate) fn of_agent(mut self, agent: &str) -> Self {
        self.0.agent = Some(agent.to_owned());
        self
    }

    /// What an end user may know of it.
    #[must_use]
    pub fn public(&self) -> PublicError {
        self.into()
    }

    /// What an operator may know of it.
    #[must_use]
    pub fn internal(&self) -> InternalError<'_> {
        self.into()
    }

    /// The id by which it is found in traces and in an audit trail: that of the run, or of
    /// the request that a model was asked without an agent. It is never empty.
    #[must_use]
    pub fn correlation_id(&self) -> &str {
        &self.0.run_id
    }

    fn agent(&self) -> Option<&str> {
        self.0.agent.as_deref()
    }

    /// Why it failed.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// What kind of trouble it is.
    #[must_use]
    pub fn category(&self) -> ErrorCategory {
        self.0.kind.category()
    }

    /// Whether running it again, later, may help.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        self.category() == ErrorCategory::Transient
    }

    /// What the run had cost.
    #[must_use]
    pub fn bill(&self) -> &Bill {
        &self.0.bill
    }

    /// All that was said, in a form that can go on: no call is without a result.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.0.history
    }

    /// The run's id; a new one, where there was none.
    #[must_use]
    pub fn run_id(&self) -> &str {
        &self.0.run_id
    }

    /// How long the run took.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
    }

    /// What [guards](crate::guard) have flagged, replaced or blocked on the way, in that order.
    #[must_use]
    pub fn guarded(&self) -> &[Decided] {
        &self.0.guarded
    }

    /// The run as it waits for decisions, where that is how it ended.
    #[must_use]
    pub fn paused(&self) -> Option<&PausedRun> {
        match &self.0.kind {
            ErrorKind::Paused(paused) => Some(paused),
            _ => None,
        }
    }

    /// The run as it waits for decisions, given away.
    ///
    /// # Errors
    /// The error itself, where it is none of a pause.
    pub fn into_paused(self) -> Result<PausedRun, Self> {
        let inner = *self.0;
        match inner.kind {
            ErrorKind::Paused(paused) => Ok(paused),
            kind => Err(Self(Box::new(Inner { kind, ..inner }))),
        }
    }

    /// The failure of the model, where that is what it was; of the last one, where several were
    /// asked.
    #[must_use]
    pub fn model_error(&self) -> Option<&ModelError> {
        self.model_errors().last()
    }

    /// The failures of all models that were asked in a row, in that order.
    #[must_use]
    pub fn model_errors(&self) -> &[ModelError] {
        match &self.0.kind {
            ErrorKind::Model(error) => std::slice::from_ref(error),
            ErrorKind::Models(errors) => errors,
            _ => &[],
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.kind.fmt(f)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("run_id", &self.0.run_id)
            .field("cost", &self.0.bill.total())
            .field("messages", &self.0.history.len())
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.kind {
            ErrorKind::Denied { denied, .. } => denied.cause(),
            ErrorKind::OutputFailed(error) => error.cause(),
            ErrorKind::GuardFailed { cause, .. } => cause.as_ref().map(GuardError::cause),
            ErrorKind::History(HistoryFault::Failed(error)) => Some(&**error),
            ErrorKind::Claim(error) => Some(error.cause()),
            _ => self.model_error()?.source(),
        }
    }
}
