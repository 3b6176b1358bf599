//! How failed attempts at a model are repeated.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use fastroai_providers::RetryClass;

/// How failed attempts at a model are repeated. One place decides: the transport never repeats.
///
/// Waits double from `first_wait` to `longest_wait`, each shortened at random by up to half. A
/// provider's `Retry-After` is waited for exactly, or the error comes at once where it asks for
/// more than a minute, or for more time than the run has. One of zero is no wait to keep: ours is.
///
/// Each [fallback model](crate::agent::Fallback) has attempts of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Attempts in all; 3 unless said otherwise.
    #[doc(alias = "DEFAULT_MAX_RETRIES")]
    #[doc(alias = "max_retries")]
    pub attempts: u32,
    /// The wait before the second attempt, at most; half a second unless said otherwise.
    pub first_wait: Duration,
    /// The longest wait of our own; 20 seconds unless said otherwise.
    pub longest_wait: Duration,
    /// How long one attempt may take, whatever its transport allows; then it is given up, and
    /// repeated as what may have been served. No limit unless said otherwise.
    pub attempt_timeout: Option<Duration>,
    /// Repeat once what may have been served and billed without our hearing of it, and ask a
    /// fallback model after it; on unless said otherwise.
    pub repeat_ambiguous: bool,
}

/// The longest wait that a provider may ask for.
pub(crate) const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 3,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(20),
            attempt_timeout: None,
            repeat_ambiguous: true,
        }
    }
}

impl RetryPolicy {
    /// One attempt, no more.
    #[must_use]
    pub fn never() -> Self {
        Self { attempts: 1, ..Self::default() }
    }

    /// Sets the attempts in all.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        self.attempts = attempts;
        self
    }

    /// Sets how long one attempt may take.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// Sets whether to repeat once what may have been served and billed.
    #[must_use]
    pub fn repeat_ambiguous(mut self, repeat: bool) -> Self {
        self.repeat_ambiguous = repeat;
        self
    }
}

/// What the retries at a provider's address, under one key, may draw on: in a long brown-out they stop instead of adding load.
///
/// The figures are those of the AWS SDKs: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>.
#[derive(Debug)]
pub(crate) struct RetryBudget(AtomicI64);

const CAPACITY: i64 = 500;

impl Default for RetryBudget {
    fn default() -> Self {
        Self(AtomicI64::new(CAPACITY))
    }
}

impl RetryBudget {
    /// Takes what a retry of this class costs; `None` when there is not enough.
    pub(crate) fn take(&self, class: RetryClass) -> Option<i64> {
        let cost = if class == RetryClass::Throttled { 5 } else { 14 };
        self.0
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| {
                (left >= cost).then(|| left - cost)
            })
            .ok()
            .map(|_| cost)
    }

    /// Gives back what a retry took that went well; a first attempt that went well gives one.
    pub(crate) fn refund(&self, cost: i64) {
        let refill = |left: i64| Some(left.saturating_add(cost.max(1)).min(CAPACITY));
        let _ = self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, refill);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_budget_refuses_and_successes_refill_it() {
        let budget = RetryBudget::default();
        let taken = std::iter::from_fn(|| budget.take(RetryClass::Throttled)).count();
        assert_eq!(taken, 100);
        assert!(budget.take(RetryClass::Ambiguous).is_none());
        budget.refund(14);
        assert_eq!(budget.take(RetryClass::Ambiguous), Some(14));
        for _ in 0..10_000 {
            budget.refund(0);
        }
        assert_eq!(std::iter::from_fn(|| budget.take(RetryClass::Throttled)).count(), 100);
    }
}
