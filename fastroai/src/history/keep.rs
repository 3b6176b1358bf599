//! Processors that leave out the beginning.

use std::borrow::Cow;

use fastroai_providers::Message;
use futures_util::future::{BoxFuture, ready};

use super::{HistoryProcessor, Processed, Turn, begins_turn, can_be_first, size};

/// Sends the last turns of the user, each with all that came of it.
///
/// A turn begins with what the user says, so that no call is parted from its result. It leaves out
/// another message at each question: a provider's cache begins anew each time, and what is not read
/// from it may cost more than what is left out saves. [`Compaction`](super::Compaction) weighs that.
#[derive(Debug, Clone, Copy)]
pub struct KeepTurns(usize);

impl KeepTurns {
    /// Keeps the last `turns` turns, the one that is to be answered included; at least that one.
    #[must_use]
    pub fn last(turns: usize) -> Self {
        Self(turns.max(1))
    }
}

impl HistoryProcessor for KeepTurns {
    fn process<'a>(
        &'a self,
        messages: &'a [Message],
        _turn: &'a Turn<'a>,
    ) -> BoxFuture<'a, Processed<'a>> {
        let begins = messages.iter().enumerate().rev().filter(|(_, it)| begins_turn(it));
        let from = begins.map(|(at, _)| at).nth(self.0 - 1).unwrap_or(0);
        Box::pin(ready(Ok(Cow::Borrowed(messages.get(from..).unwrap_or_default()))))
    }
}

/// Sends as much of the end as fits into about so many tokens, and always what the user asked last.
///
/// Tokens are estimated, at four bytes each. Whole turns are left out first; of a turn that is too
/// long by itself, what came between its question and its end. A call stays with its result.
#[derive(Debug, Clone, Copy)]
pub struct KeepTokens(u64);

impl KeepTokens {
    /// Keeps about so many tokens of the conversation; instructions and tools are not counted.
    #[must_use]
    pub fn at_most(tokens: u64) -> Self {
        Self(tokens)
    }

    /// Where the end begins that fits, and what the user asked before that, if there is no question
    /// in it.
    fn place(self, messages: &[Message]) -> (Option<usize>, usize) {
        let asked = messages.iter().rposition(begins_turn);
        let question = asked.and_then(|at| messages.get(at)).map_or(0, size::of_one);
        let (mut sum, mut whole, mut part) = (0u64, None, None);
        for (at, message) in messages.iter().enumerate().rev() {
            sum = sum.saturating_add(size::of_one(message));
            let inside = asked.is_some_and(|asked| at > asked);
            let needed = if inside { sum.saturating_add(question) } else { sum };
            // The last step is kept however long it is: the model has to see what it is to answer.
            if needed > self.0 && (whole.is_some() || part.is_some()) {
                break;
            }
            if begins_turn(message) {
                whole = Some(at);
            } else if inside && can_be_first(message) {
                part = Some(at);
            }
        }
        match (whole, part) {
            (Some(at), _) => (None, at),
            (None, Some(at)) => (asked, at),
            (None, None) => (None, 0),
        }
    }
}

impl HistoryProcessor for KeepTokens {
    fn process<'a>(
        &'a self,
        messages: &'a [Message],
        _turn: &'a Turn<'a>,
    ) -> BoxFuture<'a, Processed<'a>> {
        let (asked, from) = self.place(messages);
        let rest = messages.get(from..).unwrap_or_default();
        let kept = match asked.and_then(|at| messages.get(at)) {
            Some(asked) => Cow::Owned(std::iter::once(asked).chain(rest).cloned().collect()),
            None => Cow::Borrowed(rest),
        };
        Box::pin(ready(Ok(kept)))
    }
}
