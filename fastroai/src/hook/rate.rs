//! How many requests and tokens go out in a minute, and how many at one time.

mod lane;
mod place;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fastroai_providers::ModelErrorKind;
use fastroai_providers::error::ProviderFault;

use super::{Denied, Ended, Gate, Hook, ModelCall, Outcome, Permit, Wait};
use crate::error::ErrorCategory;
use crate::money::{self, Budget};
use crate::runtime::LONGEST_RETRY_AFTER;
use lane::{Entry, Lane};
use place::Place;

/// Keeps requests to models within rates, and within a number at one time; what comes too early
/// waits in a bounded queue, first come first served.
///
/// Each model has limits of its own; [`per_provider`](Self::per_provider),
/// [`per_tenant`](Self::per_tenant) and [`by`](Self::by) say otherwise. Where a provider that has too
/// much to do asks for a pause, all who share the limits keep it, for a minute at most.
///
/// ```
/// use fastroai::Runtime;
/// use fastroai::hook::RateLimits;
/// let limits = RateLimits::new()
///     .requests_per_minute(500)
///     .tokens_per_minute(30_000)
///     .concurrency(20)
///     .max_queued(200);
/// let runtime = Runtime::builder().hook(limits).build();
/// ```
#[derive(Clone)]
pub struct RateLimits {
    rates: Rates,
    key: Arc<dyn Fn(&ModelCall<'_>) -> String + Send + Sync>,
    lanes: Lanes,
}

/// What holds in each lane.
#[derive(Debug, Clone, Copy)]
struct Rates {
    requests: Option<u32>,
    burst: u32,
    tokens: Option<u32>,
    concurrency: Option<usize>,
    max_queued: usize,
}

/// Those who share limits, by their key.
#[derive(Clone, Default)]
struct Lanes(Arc<Mutex<HashMap<String, Lane>>>);

/// How many lanes there may be before those that nobody uses are taken away.
const MANY_LANES: usize = 1_024;

/// Longer than anyone waits: whoever is not first is woken when that changes.
const UNTIL_WOKEN: Duration = Duration::from_secs(24 * 60 * 60);

/// A request that found the queue full.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{max_queued} requests wait for `{key}` already: ask for less at one time, or let more wait"
)]
#[non_exhaustive]
pub struct QueueFull {
    /// Whose limits they wait for: a model, say.
    pub key: String,
    /// How many may wait.
    pub max_queued: usize,
}

/// A request that is larger than what a minute lets through, so that no wait helps.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the request may take {tokens} tokens, and a minute lets {per_minute} through: shorten it, or lower its `max_tokens`"
)]
#[non_exhaustive]
pub struct TooManyTokens {
    /// What it may take, by its size and its `max_tokens`.
    pub tokens: u64,
    /// How many there are in a minute.
    pub per_minute: u32,
}

impl Default for RateLimits {
    fn default() -> Self {
        Self::new()
    }
}

impl RateLimits {
    /// None yet, but that at most 1,000 requests wait.
    #[must_use]
    pub fn new() -> Self {
        Self {
            rates: Rates {
                requests: None,
                burst: 1,
                tokens: None,
                concurrency: None,
                max_queued: 1_000,
            },
            key: Arc::new(|call| call.id().as_str().to_owned()),
            lanes: Lanes::default(),
        }
    }

    /// Lets at most so many requests out in any minute, evenly.
    #[must_use]
    pub fn requests_per_minute(mut self, requests: u32) -> Self {
        self.rates.requests = Some(requests);
        self
    }

    /// Lets so many of a minute's requests out at one time; 1 unless said otherwise. The others
    /// come all the slower, so that no minute has more than it may.
    #[must_use]
    pub fn burst(mut self, requests: u32) -> Self {
        self.rates.burst = requests.max(1);
        self
    }

    /// Lets so many tokens out in a minute: input, at four bytes each, and `max_tokens` of output.
    ///
    /// It is a bucket of that size which fills evenly, as those of providers are: a minute's worth
    /// may go at once. What a reply took beyond that estimate is taken too, what it did not take is
    /// not given back.
    #[must_use]
    pub fn tokens_per_minute(mut self, tokens: u32) -> Self {
        self.rates.tokens = Some(tokens);
        self
    }

    /// Lets so many requests be under way at one time.
    #[must_use]
    pub fn concurrency(mut self, requests: usize) -> Self {
        self.rates.concurrency = Some(requests);
        self
    }

    /// Lets so many requests wait; one that comes when so many do is denied with [`QueueFull`].
    #[must_use]
    pub fn max_queued(mut self, requests: usize) -> Self {
        self.rates.max_queued = requests;
        self
    }

    /// All models of a provider share the limits.
    #[must_use]
    pub fn per_provider(self) -> Self {
        self.by(|call| call.provider().to_owned())
    }

    /// All that is paid from the same root account shares the limits, told by the account's name;
    /// what nobody pays for shares them too.
    #[must_use]
    pub fn per_tenant(self) -> Self {
        self.by(|call| call.accounts().first().map(root).unwrap_or_default())
    }

    /// All for which this says the same share the limits.
    #[must_use]
    pub fn by(mut self, key: impl Fn(&ModelCall<'_>) -> String + Send + Sync + 'static) -> Self {
        self.key = Arc::new(key);
        self
    }
}

fn root(account: &Budget) -> String {
    let line = std::iter::successors(Some(account), |account| account.parent());
    line.last().map(|root| root.name().to_owned()).unwrap_or_default()
}

/// What a request may take of a minute's tokens.
fn estimate(call: &ModelCall<'_>) -> u64 {
    let input = money::most_input_tokens(call.request(), call.id()).div_ceil(4);
    input.saturating_add(call.max_tokens().unwrap_or(0).into())
}

impl Hook for RateLimits {
    fn before_model(&self, call: &mut ModelCall<'_>) -> Result<Gate, Denied> {
        if call.is_count() {
            return Ok(Gate::go());
        }
        let key = (self.key)(call);
        let mine: Option<Place> = call.take_kept();
        // A key that depends on more than the request may have changed while it waited.
        let mine = mine.filter(|place| place.key() == key);
        let tokens = if self.rates.tokens.is_some() { estimate(call) } else { 0 };
        let mut lanes = self.lanes.lock();
        if !lanes.contains_key(&key) {
            if lanes.len() >= MANY_LANES {
                lanes.retain(|_, lane| !lane.is_idle());
            }
            lanes.insert(key.clone(), Lane::new(self.rates));
        }
        let Some(lane) = lanes.get_mut(&key) else { return Ok(Gate::go()) };
        let time = if lane.is_first(mine.as_ref().map(Place::ticket)) {
            match lane.enter(tokens) {
                Entry::Entered => {
                    lane.leave(mine.as_ref().map(Place::ticket));
                    drop(lanes);
                    return Ok(Gate::Go(self.lanes.permit(key, tokens)));
                }
                Entry::In(time) => time,
                Entry::Full => UNTIL_WOKEN,
                Entry::Never(denied) => {
                    drop(lanes);
                    return Err(denied);
                }
            }
        } else {
            UNTIL_WOKEN
        };
        let place = if let Some(place) = mine {
            place
        } else if let Some((ticket, notify)) = lane.queue() {
            Place::new(self.lanes.clone(), key, ticket, notify)
        } else {
            let full = QueueFull { key, max_queued: self.rates.max_queued };
            let denied =
                Denied::new(full.to_string()).caused_by(full).category(ErrorCategory::Transient);
            return Err(denied.another_model());
        };
        drop(lanes);
        Ok(Gate::Wait(Wait::new(time).woken_by(place.notify()).keeping(place)))
    }
}

impl Lanes {
    /// What is inside changes in single steps that cannot panic: a panic elsewhere leaves it whole.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Lane>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn permit(&self, key: String, tokens: u64) -> Permit {
        let lanes = self.clone();
        Permit::new(move |outcome| {
            let mut lanes = lanes.lock();
            let Some(lane) = lanes.get_mut(&key) else { return };
            let taken = outcome.and_then(|outcome| outcome.usage.total_tokens());
            lane.owe(taken.unwrap_or(0).saturating_sub(tokens));
            if let Some(pause) = outcome.and_then(pause) {
                lane.pause(pause);
            }
            lane.exit();
        })
    }

    /// Gives a place in a queue up.
    fn leave(&self, key: &str, ticket: u64) {
        if let Some(lane) = self.lock().get_mut(key) {
            lane.leave(Some(ticket));
        }
    }
}

/// How long the provider asks everyone to wait.
fn pause(outcome: &Outcome<'_>) -> Option<Duration> {
    match outcome.ended {
        Ended::ModelFailed(error) => match error.kind() {
            ModelErrorKind::Provider(ProviderFault::RateLimit | ProviderFault::Overloaded) => {
                Some(error.retry_after()?.min(LONGEST_RETRY_AFTER))
            }
            _ => None,
        },
        _ => None,
    }
}

impl fmt::Debug for RateLimits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateLimits").field("rates", &self.rates).finish_non_exhaustive()
    }
}
