//! Why an account does not pay.

use super::Cost;

/// An account that does not cover what was asked of it; nothing was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the budget of {budget} on `{account}` does not cover {needed}: {spent} is spent and {held} is held"
)]
#[non_exhaustive]
pub struct Refusal {
    /// The account.
    pub account: String,
    /// Its limit.
    pub budget: Cost,
    /// What was spent of it.
    pub spent: Cost,
    /// What is held of it: for requests on their way, and for those that may have been paid.
    pub held: Cost,
    /// What was needed at least.
    pub needed: Cost,
}

impl Refusal {
    pub(super) fn closed(needed: Cost) -> Self {
        let account = "closed".to_owned();
        Self { account, budget: Cost::ZERO, spent: Cost::ZERO, held: Cost::ZERO, needed }
    }
}
