//! What things cost: exact amounts, prices, budgets, and the bill.
//!
//! Amounts are whole numbers of picodollars (1e-12 dollar), so that sums never round. What is not
//! known to have a price has no cost, which is not the same as costing nothing.
//!
//! # What a bill says
//!
//! Each attempt and each tool that costs is a [`Line`]. Its cost is that of the tier of service that the
//! provider says it answered in, by the table that the line names: a version of the catalogue, overrides
//! and their version, or the agent's own rates. Prices belong to a [`Runtime`](crate::Runtime) and do
//! not change, so that a run is billed by one table from its first request to its last. A tier, a search
//! or a tool of the provider's of which no table knows the price is never billed at another one's:
//! the line is then unknown, or what is known of it is a lower bound, and its [`LineState`] says so.
//!
//! # What a budget bounds
//!
//! Before a request is sent, the most that it can cost is set aside on every account that pays for
//! it, up to the root, at once or not at all. Its bill settles that, and the rest goes back. So what
//! is spent and held together never passes a limit, in whatever order things happen: runs side by
//! side, retries, tools that run agents, drops, panics. The most that a request can cost is
//!
//! - its input, of which a token stands for at least a byte, or by the provider's own count where
//!   the bytes do not fit the budget and the provider counts; pictures by what is documented of
//!   them; documents that are packed, films, and what lies at an address by the model's window;
//! - its output by `max_tokens`, which is always sent under a budget (4,096 where nobody set it);
//!   and reasoning by the model's window, where the provider bills it beside that limit;
//! - each at the dearest rate that can apply: cache writes, long requests, audio, the service tier
//!   that was asked for, the hour of the day.
//!
//! Money that is held for others is waited for, until the run's time is up. Where it is spent,
//! `max_tokens` is lowered to what is left, down to 1,024 (or what was asked, if that is less), and
//! the response, the bill and the error say so if the answer is cut. Below that the request is
//! refused with [`ErrorKind::Budget`](crate::ErrorKind::Budget), and nothing is sent. So is what
//! nobody can bound: fields of `extra_body` that change what is paid for or what is read
//! (`previous_response_id`, `conversation`, `n`, a `model` of their own), and tools that the provider
//! runs without a limit or without a known fee. Such a tool may be used where its `max_uses` is set (at
//! Anthropic), or `max_tool_calls` of the request (at OpenAI), and the list or an override has a fee for
//! its uses: held is that fee for each use, and for each use the model's window once more, since what
//! it finds is read. What may have been paid without our hearing of it stays held, until
//! [`Budget::reconcile`] is told the truth.
//!
//! # What it does not bound
//!
//! - A provider that bills more than its list says, or a list that is out of date, or more tokens
//!   than its limit allowed. What was reported is spent in full, even beyond the limit, and the next
//!   request is refused.
//! - A project or an account that the provider serves in a dearer tier than was asked for. The reply
//!   is billed by the tier that it names, in full.
//! - What `extra_headers`, or fields of `extra_body` unknown to us, change of the price; and state that
//!   the provider keeps and reads unasked.
//! - What is billed beside requests: stored files and caches by the hour, containers, subscriptions,
//!   taxes.
//! - Tools of the provider's that read on, once they were refused a use more than allowed.
//! - Usage that is never reported. It stays held at its worst case, and the bill says so.
//! - Tools whose cost is a function of their result: they are paid when they have ended.
//! - What runs outside of the run: a bare `tokio::spawn`, and clients of one's own.
//! - Accounts made with [`Budget::soft`], which are looked at before each request and no more.

mod bill;
mod budget;
mod cost;
mod counts;
mod meter;
mod pace;
mod prices;
mod rates;
mod total;
mod worst_case;

pub use bill::{Bill, Item, Line, LineState, ReconcileError};
pub use budget::{Budget, Hold, Refusal};
pub(crate) use budget::{Identity, reserve, try_reserve};
pub use cost::{Cost, CostError};
pub use meter::Meter;
pub(crate) use meter::Pending;
pub(crate) use pace::{Pace, Spike, percent};
pub(crate) use prices::Tariff;
pub(crate) use prices::{Asked, Quote, is_ordinary_tier};
pub use prices::{OverrideError, Overrides, Prices};
pub use rates::Rates;
pub use total::Total;

use fastroai_providers::{ModelId, Usage};

/// What this usage of a model costs by the list, as `provider:model`; `None` where the price, or
/// what was used, is unknown.
///
/// ```
/// use fastroai::money::{Cost, price};
/// # use fastroai::Usage;
/// let mut usage = Usage::default();
/// (usage.input_tokens, usage.output_tokens) = (Some(1_000), Some(500));
/// # #[cfg(feature = "prices")]
/// assert_eq!(price("openai:gpt-4o", &usage), Some(Cost::from_microdollars(7_500)));
/// ```
#[must_use]
pub fn price(model: &str, usage: &Usage) -> Option<Cost> {
    let id: ModelId = model.parse().ok()?;
    Prices::standard().price(id.provider(), id.name(), usage)
}
pub(crate) use worst_case::{
    Boundless, Unbounded, WorstCase, has_unreported_fees, most_input_tokens,
};
