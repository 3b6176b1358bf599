//! A summary in place of the beginning, where that is cheaper or has to be.

mod memory;
mod summary;
mod weighing;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use fastroai_providers::Message;
use futures_util::future::BoxFuture;

use self::memory::{Known, Memory};
use super::{HistoryProcessor, Processed, Turn, begins_turn, can_be_first, size};
use crate::telemetry::events;

/// Has a model summarise the beginning of a conversation, where going on with all of it would cost
/// more, or would soon no longer fit.
///
/// Before each request it weighs two courses, by the prices of the model that is about to be asked:
///
/// - to send all of it, this time and as often as [expected](Self::expected_requests) after that. Where
///   the provider has reported that it caches, what was sent before is priced as read from its cache;
/// - to pay for a summary, to send that once uncached (the cache holds the old beginning), and then
///   as often from the cache.
///
/// It summarises where the second is cheaper; and whatever it costs, where the conversation has
/// filled most of the model's context window. Where no price is known, the window alone decides.
/// Tokens are estimated, and corrected by what the last reply reported.
///
/// The summary is asked for within the run: on its bill, out of its budget, within its time. It is
/// kept for the next requests and runs that begin with the same messages, as long as this value or
/// a clone of it lives; what follows is added to it only when that pays again, and is at least twice
/// as long as a summary. If no summary can be
/// had, the run goes on with what there is as long as that fits, and does not ask for one again.
///
/// The last messages stay as they are, and so does what the user asked last; calls stay with their
/// results. What a summary says is a model's word about what users and tools have said: it is sent as
/// the user's, and trusted no more.
///
/// ```
/// use fastroai::prelude::*;
/// use fastroai::history::Compaction;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let compaction = Compaction::new().model("offline:small").expected_requests(20);
/// let agent = Agent::builder().model("offline:demo").history(compaction).build()?;
/// let answer = agent.run("Hello").await?;
/// let next = answer.processed.as_ref().unwrap_or(&answer.messages);
/// # Ok(()) }
/// ```
#[derive(Clone)]
#[doc(alias = "summarize")]
pub struct Compaction {
    model: Option<String>,
    instructions: Cow<'static, str>,
    summary_tokens: u32,
    keep: usize,
    expected: u32,
    window: Option<u64>,
    fill: u8,
    memory: Arc<Memory>,
}

impl Compaction {
    /// Summarises with the model that is about to be asked, in at most 1,024 tokens; keeps the last
    /// 6 messages; expects 8 requests more; summarises for sure at 80 % of the context window.
    #[must_use]
    pub fn new() -> Self {
        Self {
            model: None,
            instructions: Cow::Borrowed(summary::INSTRUCTIONS),
            summary_tokens: 1_024,
            keep: 6,
            expected: 8,
            window: None,
            fill: 80,
            memory: Arc::default(),
        }
    }

    /// Summarises with this model, as `provider:model`.
    #[must_use]
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.model = Some(model.into());
        self
    }

    /// Tells the model that summarises this instead.
    #[must_use]
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.instructions = Cow::Owned(instructions.into());
        self
    }

    /// The most tokens that a summary may have; at least one.
    #[must_use]
    pub fn summary_tokens(mut self, tokens: u32) -> Self {
        self.summary_tokens = tokens.max(1);
        self
    }

    /// Keeps at least so many messages at the end as they are; at least one.
    #[must_use]
    pub fn keep_messages(mut self, messages: usize) -> Self {
        self.keep = messages.max(1);
        self
    }

    /// How many requests are expected to come with this conversation, this one included, in this run
    /// and those after it; at least one.
    #[must_use]
    #[doc(alias = "expected_turns")]
    pub fn expected_requests(mut self, requests: u32) -> Self {
        self.expected = requests.max(1);
        self
    }

    /// How many tokens the model can take in, where the price list does not say it.
    #[must_use]
    pub fn context_window(mut self, tokens: u64) -> Self {
        self.window = Some(tokens);
        self
    }

    /// Summarises whatever it costs where this much of the context window is full, in percent; at
    /// most 100.
    #[must_use]
    pub fn when_full(mut self, percent: u8) -> Self {
        self.fill = percent.min(100);
        self
    }

    async fn compact<'a>(&self, messages: &'a [Message], turn: &'a Turn<'a>) -> Processed<'a> {
        let known = self.memory.find(messages);
        let from = known.as_ref().map_or(0, |known| known.messages);
        let current = match &known {
            Some(known) => Cow::Owned(replaced(messages, known)),
            None => Cow::Borrowed(messages),
        };
        let Some(cut) = self.cut(messages, from) else { return Ok(current) };
        let parts = messages.split_at_checked(cut).zip(messages.get(from..cut));
        let Some(((beginning, end), fresh)) = parts else { return Ok(current) };
        let weighed = self.weigh(&current, fresh, end, turn).await;
        if !weighed.summarise || (self.memory.has_failed(turn.run_id()) && weighed.fits) {
            return Ok(current);
        }
        match self.ask(known.as_ref(), fresh, turn).await {
            Ok(summary) => {
                let known = self.memory.keep(beginning, summary);
                Ok(Cow::Owned(replaced(messages, &known)))
            }
            Err(error) if weighed.fits => {
                events::no_summary(turn.payer.scope.emitter(), &error);
                self.memory.failed(turn.run_id());
                Ok(current)
            }
            Err(error) => Err(Box::new(error)),
        }
    }

    /// Where the end begins that stays as it is, beyond what is summarised already.
    fn cut(&self, messages: &[Message], from: usize) -> Option<usize> {
        let latest = messages.len().checked_sub(self.keep)?;
        let places = (from.saturating_add(2)..=latest).rev();
        places.into_iter().find(|at| messages.get(*at).is_some_and(can_be_first))
    }
}

/// The conversation with a summary in place of its beginning.
fn replaced(messages: &[Message], known: &Known) -> Vec<Message> {
    let at = known.messages.min(messages.len());
    let (beginning, end) = messages.split_at(at);
    let mut made = vec![summary::message(&known.summary)];
    if !end.iter().any(begins_turn) {
        made.extend(beginning.iter().rfind(|message| begins_turn(message)).cloned());
    }
    made.extend_from_slice(end);
    made
}

impl HistoryProcessor for Compaction {
    fn process<'a>(
        &'a self,
        messages: &'a [Message],
        turn: &'a Turn<'a>,
    ) -> BoxFuture<'a, Processed<'a>> {
        Box::pin(self.compact(messages, turn))
    }
}

impl Default for Compaction {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Compaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compaction")
            .field("model", &self.model)
            .field("summary_tokens", &self.summary_tokens)
            .field("keep_messages", &self.keep)
            .field("expected_requests", &self.expected)
            .field("context_window", &self.window)
            .field("when_full", &self.fill)
            .finish_non_exhaustive()
    }
}
