//! Those who share limits: who is inside, who waits, and when the next one may go.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use tokio::sync::Notify;
use tokio::time::Instant;

use super::{Denied, Rates, TooManyTokens};

const MINUTE: u64 = 60_000_000_000;

pub(super) struct Lane {
    rates: Rates,
    requests: Option<Limiter>,
    tokens: Option<Limiter>,
    /// Tokens that were taken beyond what was asked for.
    owed: u64,
    /// Tokens that were taken for whoever goes next.
    collected: u64,
    inside: usize,
    queue: VecDeque<(u64, Arc<Notify>)>,
    tickets: u64,
    paused_until: Option<Instant>,
    used: Instant,
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, TokioClock, NoOpMiddleware<Duration>>;

/// Tokio's time, which tests can stop.
#[derive(Debug, Clone, Copy)]
struct TokioClock(Instant);

impl Clock for TokioClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// Whether the first may go.
pub(super) enum Entry {
    Entered,
    /// After this time.
    In(Duration),
    /// When someone inside has left.
    Full,
    Never(Denied),
}

impl Lane {
    pub(super) fn new(rates: Rates) -> Self {
        let now = Instant::now();
        let limiter = |quota| RateLimiter::direct_with_clock(quota, TokioClock(now));
        Self {
            rates,
            requests: rates.requests.and_then(|most| requests(most, rates.burst)).map(limiter),
            tokens: rates.tokens.and_then(tokens).map(limiter),
            owed: 0,
            collected: 0,
            inside: 0,
            queue: VecDeque::new(),
            tickets: 0,
            paused_until: None,
            used: now,
        }
    }

    /// Whether nothing of it would be missed.
    pub(super) fn is_idle(&self) -> bool {
        let unused = self.inside == 0 && self.queue.is_empty() && self.paused_for().is_none();
        // A minute fills the bucket, and each minute's worth that is owed takes another one.
        let owed = self.rates.tokens.map_or(0, |most| self.owed.div_ceil(u64::from(most.max(1))));
        unused && self.used.elapsed().as_secs() / 60 > owed
    }

    fn paused_for(&self) -> Option<Duration> {
        let left = self.paused_until?.saturating_duration_since(Instant::now());
        Some(left).filter(|left| !left.is_zero())
    }

    /// Whether nobody came before.
    pub(super) fn is_first(&self, ticket: Option<u64>) -> bool {
        self.queue.front().map(|(first, _)| *first) == ticket
    }

    /// Lets the first in, if it may go now.
    pub(super) fn enter(&mut self, tokens: u64) -> Entry {
        if self.rates.concurrency.is_some_and(|most| self.inside >= most) {
            return match self.rates.concurrency {
                Some(0) => Entry::Never(Denied::new("no request may be under way at all")),
                _ => Entry::Full,
            };
        }
        if let Some(pause) = self.paused_for() {
            return Entry::In(pause);
        }
        // Tokens first: what they give can be kept for whoever goes next, a place in the rate of
        // requests cannot.
        let due = tokens.saturating_add(self.owed);
        if let Err(entry) = self.collect(tokens, due) {
            return entry;
        }
        match (&self.requests, self.rates.requests) {
            (None, Some(_)) => return Entry::Never(Denied::new("no request may be made at all")),
            (Some(limiter), _) => {
                if let Err(later) = limiter.check() {
                    return Entry::In(later.wait_time_from(limiter.clock().now()));
                }
            }
            (None, None) => {}
        }
        let collected = self.collected;
        self.owed = due.saturating_sub(collected);
        self.collected = collected.saturating_sub(due);
        self.inside = self.inside.saturating_add(1);
        self.used = Instant::now();
        Entry::Entered
    }

    /// Takes what is due of a minute's tokens, as far as it was not taken already.
    fn collect(&mut self, tokens: u64, due: u64) -> Result<(), Entry> {
        let Some(per_minute) = self.rates.tokens else { return Ok(()) };
        let most = u64::from(per_minute);
        if tokens > most {
            let many = TooManyTokens { tokens, per_minute };
            let denied = Denied::new(many.to_string()).caused_by(many);
            return Err(Entry::Never(denied.another_model()));
        }
        let Some(limiter) = &self.tokens else { return Ok(()) };
        let missing = due.min(most).saturating_sub(self.collected);
        let wanted = u32::try_from(missing).ok().and_then(NonZeroU32::new);
        let Some(wanted) = wanted else { return Ok(()) };
        match limiter.check_n(wanted) {
            Ok(Ok(())) => {
                self.collected = self.collected.saturating_add(missing);
                Ok(())
            }
            Ok(Err(later)) => Err(Entry::In(later.wait_time_from(limiter.clock().now()))),
            // The bucket holds a minute's tokens, and so much was never asked for.
            Err(_) => Ok(()),
        }
    }

    /// A place at the end of the queue; `None` where it is full.
    pub(super) fn queue(&mut self) -> Option<(u64, Arc<Notify>)> {
        if self.queue.len() >= self.rates.max_queued {
            return None;
        }
        self.tickets = self.tickets.wrapping_add(1);
        let place = (self.tickets, Arc::new(Notify::new()));
        self.queue.push_back(place.clone());
        Some(place)
    }

    /// Someone leaves the queue, and whoever is first then is told.
    pub(super) fn leave(&mut self, ticket: Option<u64>) {
        self.queue.retain(|(other, _)| Some(*other) != ticket);
        self.wake_first();
    }

    /// Someone inside has ended.
    pub(super) fn exit(&mut self) {
        self.inside = self.inside.saturating_sub(1);
        self.wake_first();
    }

    /// Tokens were taken that nobody had asked for.
    pub(super) fn owe(&mut self, tokens: u64) {
        if self.tokens.is_some() {
            self.owed = self.owed.saturating_add(tokens);
        }
    }

    /// Nobody goes for this long.
    pub(super) fn pause(&mut self, time: Duration) {
        let until = Instant::now().checked_add(time);
        self.paused_until = self.paused_until.max(until);
    }

    fn wake_first(&self) {
        if let Some((_, notify)) = self.queue.front() {
            notify.notify_one();
        }
    }
}

/// At most `most` in any minute, `burst` of them at one time.
///
/// A full bucket gives `burst`, and then one for each period: both together are never more than
/// `most` within less than a minute. The period is rounded up.
fn requests(most: u32, burst: u32) -> Option<Quota> {
    let burst = NonZeroU32::new(burst.min(most))?;
    let evenly = u64::from(most - burst.get()) + 1;
    Some(Quota::with_period(Duration::from_nanos(MINUTE.div_ceil(evenly)))?.allow_burst(burst))
}

/// A bucket of a minute's tokens.
fn tokens(per_minute: u32) -> Option<Quota> {
    let size = NonZeroU32::new(per_minute)?;
    let period = Duration::from_nanos(MINUTE.div_ceil(u64::from(per_minute)));
    Some(Quota::with_period(period)?.allow_burst(size))
}
