//! Accounts that cannot be overspent.

mod account;
mod hold;
mod lock;
mod refusal;
mod tree;

pub use account::Budget;
pub use hold::Hold;
pub use refusal::Refusal;

use super::Cost;
