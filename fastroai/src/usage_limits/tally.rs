//! What a run and those inside it have used.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use fastroai_providers::{Model, Request, Usage};
use serde::{Deserialize, Serialize};

use super::{Exceeded, Limit, UsageLimits};
use crate::driver::counted;
use crate::hook::Origin;
use crate::money;

/// What was used of the limits of one run. Those inside it add to it as well.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    limits: UsageLimits,
    requests: AtomicU64,
    tool_calls: AtomicU64,
    input: AtomicU64,
    output: AtomicU64,
}

/// What was used of the limits of a run so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Used {
    pub(crate) requests: u64,
    pub(crate) tool_calls: u64,
    pub(crate) input: u64,
    pub(crate) output: u64,
}

impl Tally {
    /// One that goes on from what was used before.
    pub(crate) fn new(limits: UsageLimits, before: Used) -> Self {
        Self {
            limits,
            requests: before.requests.into(),
            tool_calls: before.tool_calls.into(),
            input: before.input.into(),
            output: before.output.into(),
        }
    }

    /// What was used so far.
    pub(crate) fn so_far(&self) -> Used {
        let (input, output) = self.used();
        let requests = self.requests.load(Ordering::Acquire);
        Used { requests, tool_calls: self.tool_calls.load(Ordering::Acquire), input, output }
    }

    fn used(&self) -> (u64, u64) {
        (self.input.load(Ordering::Acquire), self.output.load(Ordering::Acquire))
    }

    /// What a request may still read, and which limit says so.
    fn room(&self) -> impl Iterator<Item = Room> {
        let (input, output) = self.used();
        let UsageLimits { input_tokens, total_tokens, request_input_tokens, .. } = self.limits;
        let rooms = [
            (Limit::RequestInputTokens, request_input_tokens, 0),
            (Limit::InputTokens, input_tokens, input),
            (Limit::TotalTokens, total_tokens, input.saturating_add(output)),
        ];
        rooms.into_iter().filter_map(|(limit, allowed, used)| {
            allowed.map(|allowed| Room { limit, allowed, used })
        })
    }

    /// What is passed now, after a request that has read so much.
    fn passed(&self, read: u64) -> Option<Exceeded> {
        let (input, output) = self.used();
        let UsageLimits { input_tokens, output_tokens, total_tokens, request_input_tokens, .. } =
            self.limits;
        let limits = [
            (Limit::RequestInputTokens, request_input_tokens, read),
            (Limit::InputTokens, input_tokens, input),
            (Limit::OutputTokens, output_tokens, output),
            (Limit::TotalTokens, total_tokens, input.saturating_add(output)),
        ];
        limits.into_iter().find_map(|(limit, allowed, used)| {
            let allowed = allowed.filter(|allowed| used > *allowed)?;
            Some(Exceeded { limit, allowed, used })
        })
    }
}

/// How much of a limit there is left.
struct Room {
    limit: Limit,
    allowed: u64,
    used: u64,
}

impl Room {
    fn check(&self, more: u64) -> Result<(), Exceeded> {
        let used = self.used.saturating_add(more);
        if used <= self.allowed {
            return Ok(());
        }
        Err(Exceeded { limit: self.limit, allowed: self.allowed, used })
    }
}

/// Refuses a request that would read more than is allowed. Gives what it will read by its
/// provider's count, where it was asked for one.
pub(crate) async fn check_input(
    origin: &Origin<'_>,
    model: &dyn Model,
    request: &Request<'_>,
) -> Result<u64, Exceeded> {
    let tallies = origin.scope.tallies();
    let rooms: Vec<Room> = tallies.iter().flat_map(|tally| tally.room()).collect();
    let most = || money::most_input_tokens(request, model.id());
    if rooms.is_empty() || rooms.iter().try_for_each(|room| room.check(most())).is_ok() {
        return Ok(0);
    }
    let counted = counted(origin, model, request).await;
    // Where nobody knows: nothing at all is not what it reads.
    rooms.iter().try_for_each(|room| room.check(counted.unwrap_or(1)))?;
    Ok(counted.unwrap_or(0))
}

/// A request that is counted; where it is dropped before it is sent, it is not.
pub(crate) struct Counted {
    tallies: Vec<Arc<Tally>>,
    sent: bool,
    input: u64,
    output: u64,
}

impl Counted {
    /// Counts a request that will read so much, as far as that is known.
    pub(crate) fn begin(tallies: &[Arc<Tally>], input: u64) -> Result<Self, Exceeded> {
        let mut counted = Self { tallies: Vec::new(), sent: false, input: 0, output: 0 };
        for tally in tallies {
            let before = tally.requests.fetch_add(1, Ordering::AcqRel);
            counted.tallies.push(Arc::clone(tally));
            if let Some(allowed) = tally.limits.requests.filter(|allowed| before >= *allowed) {
                let used = before.saturating_add(1);
                return Err(Exceeded { limit: Limit::Requests, allowed, used });
            }
        }
        counted.count(input, 0);
        // Another request may have been counted meanwhile.
        match counted.passed(input).filter(|_| input > 0) {
            Some(exceeded) => Err(exceeded),
            None => Ok(counted),
        }
    }

    /// It goes out now.
    pub(crate) fn send(&mut self) {
        self.sent = true;
    }

    /// Takes what the provider has counted so far: all of it, in place of what it said before.
    pub(crate) fn see(&mut self, usage: &Usage) -> Result<(), Exceeded> {
        if self.tallies.is_empty() {
            return Ok(());
        }
        let output = usage.output_tokens.unwrap_or(self.output).max(self.output);
        let input = usage.input_tokens.unwrap_or(self.input);
        self.count(input, output);
        self.passed(input).map_or(Ok(()), Err)
    }

    /// It was turned away: nothing was read.
    pub(crate) fn unread(&mut self) {
        self.count(0, 0);
    }

    fn passed(&self, input: u64) -> Option<Exceeded> {
        self.tallies.iter().find_map(|tally| tally.passed(input))
    }

    fn count(&mut self, input: u64, output: u64) {
        for tally in &self.tallies {
            replace(&tally.input, self.input, input);
            replace(&tally.output, self.output, output);
        }
        (self.input, self.output) = (input, output);
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        if !self.sent {
            self.count(0, 0);
            for tally in &self.tallies {
                tally.requests.fetch_sub(1, Ordering::AcqRel);
            }
        }
    }
}

fn replace(sum: &AtomicU64, old: u64, new: u64) {
    let change = |sum: u64| Some(sum.saturating_sub(old).saturating_add(new));
    let _ = sum.fetch_update(Ordering::AcqRel, Ordering::Acquire, change);
}

/// Counts tool calls, all of them or none.
pub(crate) fn begin_tools(tallies: &[Arc<Tally>], calls: u64) -> Result<(), Exceeded> {
    for (counted, tally) in tallies.iter().enumerate() {
        let used = tally.tool_calls.fetch_add(calls, Ordering::AcqRel).saturating_add(calls);
        if let Some(allowed) = tally.limits.tool_calls.filter(|allowed| used > *allowed) {
            end_tools(tallies.get(..=counted).unwrap_or_default(), calls);
            return Err(Exceeded { limit: Limit::ToolCalls, allowed, used });
        }
    }
    Ok(())
}

/// Takes calls back that did not go well.
pub(crate) fn end_tools(tallies: &[Arc<Tally>], calls: u64) {
    for tally in tallies {
        tally.tool_calls.fetch_sub(calls, Ordering::AcqRel);
    }
}
