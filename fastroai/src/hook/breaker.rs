//! A model that keeps failing is left alone for a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{Denied, Ended, Gate, Hook, ModelCall, Outcome, Permit};
use crate::error::ErrorCategory;

/// Stops asking a model that keeps failing, and tries it again after a while.
///
/// Each model of each provider has a circuit of its own. It opens after several transient failures
/// in a row (those that may pass by themselves; a wrong key is none), and then denies every attempt
/// with [`CircuitOpen`], so that a fallback model is asked at once. After the cool-down a few
/// attempts are let through: one that goes well closes it, one that fails opens it anew, one that
/// is given up makes room for the next.
///
/// ```
/// use std::time::Duration;
/// use fastroai::Runtime;
/// use fastroai::hook::CircuitBreaker;
/// let breaker = CircuitBreaker::new().failures(3).cool_down(Duration::from_secs(10));
/// let runtime = Runtime::builder().hook(breaker).build();
/// ```
#[derive(Debug, Clone)]
pub struct CircuitBreaker {
    failures: u32,
    cool_down: Duration,
    probes: u32,
    circuits: Arc<Mutex<HashMap<String, Circuit>>>,
}

#[derive(Debug, Default)]
struct Circuit {
    state: State,
    /// Raised with each change: what began before it says nothing any more.
    epoch: u64,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Closed { failures: u32 },
    Open { until: Instant },
    HalfOpen { probing: u32 },
}

impl Default for State {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

/// A model that is left alone, because it kept failing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{model}` kept failing and is left alone for another {retry_in:?}")]
#[non_exhaustive]
pub struct CircuitOpen {
    /// The model, as `provider:model`.
    pub model: String,
    /// When it may be asked again; zero where it is being tried now.
    pub retry_in: Duration,
}

impl Default for CircuitBreaker {
    fn default() -> Self {
        Self::new()
    }
}

impl CircuitBreaker {
    /// One that opens after 5 failures in a row, for 30 seconds, and then lets one attempt through.
    #[must_use]
    pub fn new() -> Self {
        Self {
            failures: 5,
            cool_down: Duration::from_secs(30),
            probes: 1,
            circuits: Arc::default(),
        }
    }

    /// Sets after how many transient failures in a row it opens; at least one.
    #[must_use]
    pub fn failures(mut self, failures: u32) -> Self {
        self.failures = failures.max(1);
        self
    }

    /// Sets how long it stays open.
    #[must_use]
    pub fn cool_down(mut self, time: Duration) -> Self {
        self.cool_down = time;
        self
    }

    /// Sets how many attempts at one time try a model after the cool-down; at least one.
    #[must_use]
    pub fn probes(mut self, probes: u32) -> Self {
        self.probes = probes.max(1);
        self
    }

    /// Whether attempts at this model, as `provider:model`, are denied now.
    #[must_use]
    pub fn is_open(&self, model: &str) -> bool {
        let circuits = lock(&self.circuits);
        circuits.get(model).is_some_and(|circuit| match circuit.state {
            State::Closed { .. } => false,
            State::Open { until } => Instant::now() < until,
            State::HalfOpen { probing } => probing >= self.probes,
        })
    }

    /// Takes the end of an attempt that was let through in this epoch.
    fn ended(&self, model: &str, epoch: u64, outcome: Option<&Outcome<'_>>) {
        let mut circuits = lock(&self.circuits);
        let Some(circuit) = circuits.get_mut(model).filter(|it| it.epoch == epoch) else { return };
        let verdict = outcome.and_then(verdict);
        match (&mut circuit.state, verdict) {
            (State::Closed { failures }, Some(Verdict::Well)) => *failures = 0,
            (State::Closed { failures }, Some(Verdict::Ill)) => {
                *failures = failures.saturating_add(1);
                if *failures >= self.failures {
                    circuit.open(self.cool_down);
                }
            }
            (State::HalfOpen { .. }, Some(Verdict::Well | Verdict::Answered)) => {
                circuit.change(State::default());
            }
            (State::HalfOpen { .. }, Some(Verdict::Ill)) => circuit.open(self.cool_down),
            // Given up before it said anything: the next one may try.
            (State::HalfOpen { probing }, None) => *probing = probing.saturating_sub(1),
            (State::Closed { .. } | State::Open { .. }, _) => {}
        }
    }
}

impl Circuit {
    fn change(&mut self, state: State) {
        self.state = state;
        self.epoch = self.epoch.wrapping_add(1);
    }

    fn open(&mut self, cool_down: Duration) {
        let now = Instant::now();
        let until = now.checked_add(cool_down).unwrap_or(now);
        self.change(State::Open { until });
    }
}

/// What the end of an attempt says of the model.
enum Verdict {
    Well,
    /// It refused, for a reason that stays: but it is there.
    Answered,
    Ill,
}

fn verdict(outcome: &Outcome<'_>) -> Option<Verdict> {
    match outcome.ended {
        // The run ran out of time, not the model: nobody knows.
        Ended::TimedOut => None,
        _ => Some(match outcome.category() {
            None => Verdict::Well,
            Some(ErrorCategory::Transient) => Verdict::Ill,
            Some(_) => Verdict::Answered,
        }),
    }
}

impl Hook for CircuitBreaker {
    fn before_model(&self, call: &mut ModelCall<'_>) -> Result<Gate, Denied> {
        if call.is_count() {
            return Ok(Gate::go());
        }
        let model = call.id().as_str();
        let mut circuits = lock(&self.circuits);
        if !circuits.contains_key(model) {
            circuits.insert(model.to_owned(), Circuit::default());
        }
        let Some(circuit) = circuits.get_mut(model) else { return Ok(Gate::go()) };
        let now = Instant::now();
        let retry_in = match &mut circuit.state {
            State::Closed { .. } => None,
            State::Open { until } if now < *until => Some(*until - now),
            State::Open { .. } => {
                circuit.change(State::HalfOpen { probing: 1 });
                None
            }
            State::HalfOpen { probing } if *probing < self.probes => {
                *probing += 1;
                None
            }
            State::HalfOpen { .. } => Some(Duration::ZERO),
        };
        if let Some(retry_in) = retry_in {
            let open = CircuitOpen { model: model.to_owned(), retry_in };
            return Err(Denied::new(open.to_string())
                .caused_by(open)
                .category(ErrorCategory::Transient)
                .another_model());
        }
        let (breaker, model, epoch) = (self.clone(), model.to_owned(), circuit.epoch);
        Ok(Gate::Go(Permit::new(move |outcome| breaker.ended(&model, epoch, outcome))))
    }
}

/// What is inside changes in single steps that cannot panic: a panic elsewhere leaves it whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
