//! Amounts are exact, prices are right or unknown, and a bill is the sum of its lines.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "money/amounts.rs"]
mod amounts;
#[path = "money/bills.rs"]
mod bills;
#[path = "money/budgets.rs"]
mod budgets;
#[cfg(feature = "prices")]
#[path = "money/list_prices.rs"]
mod list_prices;
#[cfg(feature = "prices")]
#[path = "money/override_files.rs"]
mod override_files;
#[path = "money/overrides.rs"]
mod overrides;
#[cfg(feature = "prices")]
#[path = "money/tiers.rs"]
mod tiers;
#[path = "money/usages.rs"]
mod usages;
