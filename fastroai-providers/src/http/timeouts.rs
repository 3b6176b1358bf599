//! How long one attempt may take.

use std::time::Duration;

/// How long one attempt may take, step by step. `Duration::MAX` sets no limit.
///
/// ```
/// use std::time::Duration;
/// use fastroai_providers::http::Timeouts;
/// let patient = Timeouts { idle: Duration::from_secs(900), ..Timeouts::default() };
/// assert_eq!(patient.connect, Duration::from_secs(10));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until a connection stands; 10 seconds unless set.
    pub connect: Duration,
    /// Until the answer begins, the connection included; 10 minutes unless set, because an answer
    /// that is not streamed begins when the model has finished.
    pub first_byte: Duration,
    /// The longest silence within an answer; 5 minutes unless set, because a model may think for
    /// minutes. In a stream only whole events and comments end a silence, single bytes do not.
    pub idle: Duration,
    /// The whole attempt; 30 minutes unless set.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(10 * 60),
            idle: Duration::from_secs(5 * 60),
            total: Duration::from_secs(30 * 60),
        }
    }
}
