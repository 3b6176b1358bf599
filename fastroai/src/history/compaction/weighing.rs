//! What it costs to go on with all of a conversation, and with a summary of it.

use fastroai_providers::{Message, Usage};

use super::{Compaction, Turn, size};
use crate::driver::Payer;
use crate::money::Cost;

/// What a reply may take where nobody limits it, in tokens.
const REPLY: u64 = 1_024;
/// How far an estimate may be off before it is not corrected any further.
const FURTHEST: u64 = 4;

/// What came of weighing.
pub(super) struct Weighed {
    /// A summary is cheaper, or has to be.
    pub(super) summarise: bool,
    /// The conversation fits as it is, as far as anyone knows.
    pub(super) fits: bool,
}

/// What the last reply reported.
#[derive(Clone, Copy, Default)]
struct Reported {
    /// What it took in, and what that was estimated at.
    input: Option<(u64, u64)>,
    /// What a cache may hold: all that was sent then.
    cached: u64,
    /// Something was written to a cache, or read from it.
    caches: bool,
    /// Writing to it is counted.
    writes: bool,
}

impl Compaction {
    /// Weighs sending the whole of it against sending its end behind a summary, of what is fresh and
    /// of what was summarised before.
    pub(super) async fn weigh(
        &self,
        whole: &[Message],
        fresh: &[Message],
        end: &[Message],
        turn: &Turn<'_>,
    ) -> Weighed {
        let head = size::of_head(turn.instructions, turn.tools);
        let reported = reported(whole, head);
        let corrected = |tokens: u64| match reported.input {
            Some((told, estimated)) if estimated > 0 => {
                let told = told.clamp(estimated / FURTHEST, estimated.saturating_mul(FURTHEST));
                let product = u128::from(tokens) * u128::from(told) / u128::from(estimated);
                u64::try_from(product).unwrap_or(u64::MAX)
            }
            _ => tokens,
        };
        let whole = corrected(head.saturating_add(size::of_messages(whole)));
        let end = corrected(head.saturating_add(size::of_messages(end)));
        let summary = u64::from(self.summary_tokens);
        let short = end.saturating_add(summary);
        let replaced = whole.saturating_sub(end);
        let window = match self.window {
            Some(window) => Some(window),
            None => turn.payer.context_window().await,
        };
        let reply = turn.settings.max_tokens.map_or(REPLY, u64::from);
        let needed = whole.saturating_add(reply);
        let is_full = |window: u64| needed > window / 100 * u64::from(self.fill);
        let fits = window.is_none_or(|window| needed <= window);
        // A summary that is as long as what it stands for is none.
        let is_shorter = short < whole;
        if window.is_some_and(is_full) && is_shorter {
            return Weighed { summarise: true, fits };
        }
        // What is summarised anew for every message is soon worn out.
        let is_worth_it = corrected(size::of_messages(fresh)) >= summary.saturating_mul(2);
        let cheaper = is_shorter
            && is_worth_it
            && self.is_cheaper(turn, reported, whole, short, replaced).await.unwrap_or(false);
        Weighed { summarise: cheaper, fits }
    }

    /// Whether a summary pays; `None` where a price is unknown.
    async fn is_cheaper(
        &self,
        turn: &Turn<'_>,
        reported: Reported,
        whole: u64,
        short: u64,
        replaced: u64,
    ) -> Option<bool> {
        let Reported { cached, caches, writes, .. } = reported;
        let sent = |input, read, written| {
            let tier = turn.settings.service_tier.as_deref();
            price(turn.payer, tier, input, 0, read, written)
        };
        let later = u64::from(self.expected.saturating_sub(1));
        let read = |tokens: u64| if caches { tokens } else { 0 };
        let all = sum(
            sent(whole, cached.min(whole), 0).await?,
            sent(whole, read(whole), 0).await?,
            later,
        )?;
        let written = if writes { short } else { 0 };
        let brief = sum(sent(short, 0, written).await?, sent(short, read(short), 0).await?, later)?;
        let summary = self.summary_price(turn, replaced).await?;
        Some(brief.checked_add(summary)? < all)
    }

    async fn summary_price(&self, turn: &Turn<'_>, replaced: u64) -> Option<Cost> {
        let output = u64::from(self.summary_tokens);
        let input = replaced.saturating_add(size::of_head(&self.instructions, &[]));
        match self.model.as_deref().filter(|model| *model != turn.model().as_str()) {
            None => price(turn.payer, None, input, output, 0, 0).await,
            Some(model) => {
                let model = turn.connect(model).ok()?;
                let payer = Payer { scope: turn.payer.scope, model: &*model, rates: None };
                price(payer, None, input, output, 0, 0).await
            }
        }
    }
}

async fn price(
    payer: Payer<'_>,
    tier: Option<&str>,
    input: u64,
    output: u64,
    read: u64,
    written: u64,
) -> Option<Cost> {
    let mut usage = Usage::default();
    (usage.input_tokens, usage.output_tokens) = (Some(input), Some(output));
    (usage.cache_read_tokens, usage.cache_write_tokens) = (Some(read), Some(written));
    payer.price(tier, &usage).await
}

/// Once the first, and the second so many times.
fn sum(first: Cost, second: Cost, times: u64) -> Option<Cost> {
    let second = second.picodollars().checked_mul(times)?;
    first.checked_add(Cost::from_picodollars(second))
}

fn reported(messages: &[Message], head: u64) -> Reported {
    let last = messages.iter().enumerate().rev().find_map(|(at, message)| match message {
        Message::Assistant(reply) => Some((at, reply)),
        _ => None,
    });
    let Some((at, reply)) = last else { return Reported::default() };
    let read = reply.usage.cache_read_tokens.unwrap_or(0);
    let written = reply.usage.cache_write_tokens.unwrap_or(0);
    let caches = read > 0 || written > 0;
    let sent = messages.get(..at).map_or(0, size::of_messages).saturating_add(head);
    let input = reply.usage.input_tokens.filter(|input| *input > 0);
    Reported {
        input: input.map(|input| (input, sent)),
        cached: if caches { input.unwrap_or(sent) } else { 0 },
        caches,
        writes: written > 0,
    }
}
