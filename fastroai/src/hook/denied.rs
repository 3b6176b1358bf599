//! An attempt that a hook does not let through, and why.

use std::error::Error as StdError;
use std::fmt;

use crate::error::ErrorCategory;

/// An attempt that is not made: nothing is sent, and nothing is tried again.
///
/// Any error of one's own becomes one with `?`, and is found again as the
/// [`source`](std::error::Error::source) of the run's error. What such an error says was not written
/// to be shown: it is behind [`reason`](Self::reason), and not in the text of the run's error.
///
/// ```
/// use fastroai::hook::Denied;
/// #[derive(Debug)]
/// struct Closed;
/// impl std::fmt::Display for Closed {
///     fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
///         f.write_str("the shop is closed")
///     }
/// }
/// impl std::error::Error for Closed {}
///
/// let denied = Denied::from(Closed);
/// assert_eq!(denied.reason(), "the shop is closed");
/// assert!(denied.cause().is_some_and(|cause| cause.is::<Closed>()));
/// assert!(!denied.to_string().contains("shop"));
/// let denied = Denied::new("it is after six").caused_by(Closed);
/// assert_eq!(denied.to_string(), "it is after six");
/// ```
///
/// `Debug` shows neither what the model is told nor what the cause says.
#[doc(alias = "DispatchSkippedError")]
#[must_use]
pub struct Denied {
    reason: String,
    /// Whether the reason was written to be shown.
    is_said: bool,
    category: ErrorCategory,
    another_model: bool,
    told: Option<String>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

impl Denied {
    /// A denial for this reason, which errors show: lower case, without keys or prompts.
    pub fn new(reason: impl Into<String>) -> Self {
        Self {
            reason: reason.into(),
            is_said: true,
            category: ErrorCategory::Permanent,
            another_model: false,
            told: None,
            cause: None,
        }
    }

    /// Adds the error behind it, whose own text is not shown.
    pub fn caused_by(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.cause = Some(cause.into());
        self
    }

    /// Says what kind of trouble it is; `Permanent` unless said.
    pub fn category(mut self, category: ErrorCategory) -> Self {
        self.category = category;
        self
    }

    /// Lets a fallback model be asked: the denial is about this model, not about the request.
    pub fn another_model(mut self) -> Self {
        self.another_model = true;
        self
    }

    /// Has a run go on without the tool: the model reads this in place of a result. Of no meaning
    /// before a model.
    pub fn tell_model(mut self, text: impl Into<String>) -> Self {
        self.told = Some(text.into());
        self
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The error that it was made of.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_deref().map(|cause| cause as &(dyn StdError + 'static))
    }

    pub(crate) fn kind(&self) -> ErrorCategory {
        self.category
    }

    pub(crate) fn lets_another_be_asked(&self) -> bool {
        self.another_model
    }

    pub(crate) fn told(&mut self) -> Option<String> {
        self.told.take()
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Denied {
    fn from(cause: E) -> Self {
        let reason = cause.to_string();
        Self { is_said: false, ..Self::new(reason).caused_by(cause) }
    }
}

impl fmt::Display for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_said {
            &self.reason
        } else {
            "its own error says why: see the error's source"
        })
    }
}

impl fmt::Debug for Denied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Denied")
            .field("reason", &self.is_said.then_some(&self.reason))
            .field("category", &self.category)
            .field("another_model", &self.another_model)
            .field("tells_model", &self.told.is_some())
            .finish_non_exhaustive()
    }
}
