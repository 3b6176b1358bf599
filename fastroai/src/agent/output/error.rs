//! Why an answer is not taken.

use std::error::Error as StdError;
use std::fmt;

/// Why an answer is not taken, and whether the model is to try again.
///
/// Any error converts into one with `?`; it ends the run, and the model reads nothing of it.
///
/// ```
/// use fastroai::OutputError;
/// fn weight(text: &str) -> Result<f64, OutputError> {
///     if !text.ends_with("kg") {
///         return Err(OutputError::retry("the weight is in kg"));
///     }
///     Ok(text.trim_end_matches("kg").parse()?)
/// }
/// assert_eq!(weight("3 lb").unwrap_err().as_retry(), Some("the weight is in kg"));
/// ```
pub struct OutputError(Kind);

enum Kind {
    Retry(String),
    Failed(Box<dyn StdError + Send + Sync>),
}

impl OutputError {
    /// Asks the model to answer again; it reads this text.
    ///
    /// After `output_attempts` answers that were not taken, the run fails.
    #[doc(alias = "ModelRetry")]
    pub fn retry(reason: impl Into<String>) -> Self {
        Self(Kind::Retry(reason.into()))
    }

    /// A failure for good, which ends the run.
    pub fn new(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(Kind::Failed(cause.into()))
    }

    /// The text for the model, where it is to answer again.
    #[must_use]
    pub fn as_retry(&self) -> Option<&str> {
        match &self.0 {
            Kind::Retry(reason) => Some(reason),
            Kind::Failed(_) => None,
        }
    }

    /// The failure, where it is one for good.
    #[must_use]
    pub fn cause(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0 {
            Kind::Retry(_) => None,
            Kind::Failed(cause) => Some(&**cause),
        }
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for OutputError {
    fn from(error: E) -> Self {
        Self::new(error)
    }
}

impl fmt::Display for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Retry(reason) => f.write_str(reason),
            Kind::Failed(cause) => cause.fmt(f),
        }
    }
}

impl fmt::Debug for OutputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Kind::Retry(_) => "OutputError::Retry(..)",
            Kind::Failed(_) => "OutputError::Failed(..)",
        })
    }
}
