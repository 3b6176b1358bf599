//! How a tool fails, and how much of that the model reads.

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;

use crate::error::Error;

/// A tool's failure, with what the model is to be told.
///
/// Any error converts into one with `?`; its text then goes to the trace and not to the model.
///
/// ```
/// use fastroai::ToolError;
/// fn parse(date: &str) -> Result<i32, ToolError> {
///     if date.len() != 10 {
///         return Err(ToolError::retry("`date` is written `YYYY-MM-DD`"));
///     }
///     Ok(date[..4].parse()?)
/// }
/// ```
pub struct ToolError(Kind);

enum Kind {
    Retry(String),
    TellModel(String),
    Failed(Box<dyn StdError + Send + Sync>),
}

impl ToolError {
    /// Asks the model to correct its call; it reads this text.
    ///
    /// Not repeated locally; after [`ToolOptions::corrections`](super::ToolOptions::corrections)
    /// in a row the run fails.
    #[doc(alias = "ModelRetry")]
    pub fn retry(text: impl Into<String>) -> Self {
        Self(Kind::Retry(text.into()))
    }

    /// A failure for good, which the model may know: it reads this text.
    pub fn tell_model(text: impl Into<String>) -> Self {
        Self(Kind::TellModel(text.into()))
    }

    /// A failure whose text the model does not read.
    pub fn new(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(Kind::Failed(cause.into()))
    }

    /// The text for the model, where it was asked to correct its call.
    #[must_use]
    pub fn as_retry(&self) -> Option<&str> {
        match &self.0 {
            Kind::Retry(text) => Some(text),
            _ => None,
        }
    }

    /// The text for the model, where the failure is one that it may know.
    #[must_use]
    pub fn as_tell_model(&self) -> Option<&str> {
        match &self.0 {
            Kind::TellModel(text) => Some(text),
            _ => None,
        }
    }

    /// Whether another attempt of the same call makes sense: the model was told nothing, and nobody
    /// has to decide first.
    #[must_use]
    pub fn is_repeatable(&self) -> bool {
        matches!(self.0, Kind::Failed(_)) && !self.is_of_a_pause()
    }

    /// Whether a run inside paused, for a decision that cannot be given here.
    pub(crate) fn is_of_a_pause(&self) -> bool {
        let Kind::Failed(cause) = &self.0 else { return false };
        let mut cause: Option<&(dyn StdError + 'static)> = Some(&**cause);
        while let Some(error) = cause {
            if error.downcast_ref::<Error>().is_some_and(|error| error.paused().is_some()) {
                return true;
            }
            cause = error.source();
        }
        false
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for ToolError {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}

impl fmt::Display for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Retry(text) | Kind::TellModel(text) => f.write_str(text),
            Kind::Failed(cause) => cause.fmt(f),
        }
    }
}

impl fmt::Debug for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Kind::Retry(_) => "ToolError::Retry(..)",
            Kind::TellModel(_) => "ToolError::TellModel(..)",
            Kind::Failed(_) => "ToolError::Failed(..)",
        })
    }
}

/// The errors that a tool may return: anything with a text.
#[diagnostic::on_unimplemented(
    message = "a tool cannot fail with `{Self}`",
    label = "`{Self}` has no text for the trace",
    note = "implement `std::fmt::Display` for `{Self}` (for instance with `#[derive(thiserror::Error)]`), or return a `ToolError`"
)]
pub trait ToolFailure {
    /// The failure, as the runtime takes it; a [`ToolError`] stays what it is.
    fn into_tool_error(self) -> ToolError;
}

#[diagnostic::do_not_recommend]
impl<E: fmt::Display + Send + 'static> ToolFailure for E {
    fn into_tool_error(self) -> ToolError {
        let mut error = Some(self);
        let any = &mut error as &mut dyn Any;
        if let Some(error) = any.downcast_mut::<Option<ToolError>>().and_then(Option::take) {
            return error;
        }
        // That of an agent stays what it is: whether it paused is not in its text.
        if let Some(error) = any.downcast_mut::<Option<Error>>().and_then(Option::take) {
            return ToolError::new(error);
        }
        ToolError::new(error.map(|error| error.to_string()).unwrap_or_default())
    }
}
