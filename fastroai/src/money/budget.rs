//! Accounts that cannot be overspent.

mod account;
mod hold;
mod lock;
mod refusal;
mod several;
mod tree;

pub use account::Budget;
pub(crate) use account::Identity;
pub use hold::Hold;
pub use refusal::Refusal;
pub(crate) use several::{reserve, try_reserve};

use super::Cost;
