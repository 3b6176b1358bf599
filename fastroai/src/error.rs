//! How a run fails, with what it cost and what was said.

mod category;
mod kind;

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use fastroai_providers::{History, ModelError};

pub use category::ErrorCategory;
pub(crate) use category::model_category;
pub use kind::ErrorKind;
pub(crate) use kind::model_word;

use crate::history::HistoryFault;
use crate::money::Bill;

/// A run that ended without an answer: why, what it had cost, and a transcript that can go on.
///
/// `Display` and `Debug` show no key, no prompt and nothing that a provider or a tool said.
#[doc(alias = "FastroAIError")]
pub struct Error(Box<Inner>);

/// What a run gives: `Result<AgentResponse<Plan>>`. The error may be another one, as with `Result`.
pub type Result<T, E = Error> = std::result::Result<T, E>;

struct Inner {
    kind: ErrorKind,
    run_id: String,
    bill: Bill,
    history: History,
    elapsed: Duration,
}

impl Error {
    pub(crate) fn new(
        kind: ErrorKind,
        run_id: String,
        bill: Bill,
        history: History,
        elapsed: Duration,
    ) -> Self {
        Self(Box::new(Inner { kind, run_id, bill, history, elapsed }))
    }

    /// Of what could not begin, and so has cost nothing.
    pub(crate) fn unstarted(kind: ErrorKind) -> Self {
        Self::new(kind, String::new(), Bill::default(), History::default(), Duration::ZERO)
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

    /// The run's id.
    #[must_use]
    pub fn run_id(&self) -> &str {
        &self.0.run_id
    }

    /// How long the run took.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed
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
            ErrorKind::History(HistoryFault::Failed(error)) => Some(&**error),
            _ => self.model_error()?.source(),
        }
    }
}
