//! What things cost: exact amounts, prices, and the bill.
//!
//! Amounts are whole numbers of picodollars (1e-12 dollar), so that sums never round. What is not
//! known to have a price has no cost, which is not the same as costing nothing.

mod bill;
mod budget;
mod cost;
mod counts;
mod meter;
mod prices;
mod rates;
mod total;
mod worst_case;

pub use bill::{Bill, Item, Line, LineState};
pub use budget::{Budget, Hold, Refusal};
pub(crate) use budget::{reserve, try_reserve};
pub use cost::{Cost, CostError};
pub use meter::Meter;
pub(crate) use prices::Tariff;
pub use prices::{OverrideError, Prices};
pub use rates::Rates;
pub use total::Total;
pub(crate) use worst_case::{Unbounded, WorstCase};
