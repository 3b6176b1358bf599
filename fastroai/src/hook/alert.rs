//! What an operator wants to hear of while it happens.

mod outbox;
mod passed;
mod repeats;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{Denied, Gate, GuardDecision, Hook, ModelCall, Permit, RunInfo, ToolUse};
use crate::guard::Decided;
use crate::money::{Budget, Cost, Identity, Pace, Refusal, Spike, percent};
use outbox::Outbox;
use repeats::Repeats;

/// What an operator wants to hear of. Secrets and personal data in names are replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Alert {
    /// So much of an account is gone. Told once for each account and percentage.
    Budget {
        /// The account.
        account: String,
        /// The percentage that was reached.
        percent: u8,
        /// What was spent.
        spent: Cost,
        /// What may have been paid beside that.
        possibly_paid: Cost,
        /// Its limit.
        limit: Cost,
    },
    /// An account did not cover an attempt, which was not made. Told once for each account.
    BudgetRefused {
        /// The account, and what there was and was not.
        refusal: Refusal,
    },
    /// Much more is spent than in the intervals before. Told once for each interval.
    SpendSpike {
        /// What was spent in this interval so far.
        spent: Cost,
        /// What was spent in those before, on average.
        average: Cost,
        /// How long one is.
        interval: Duration,
    },
    /// A run makes the same call of a tool again and again. Told once for each call.
    RepeatedToolCall {
        /// The run.
        run_id: String,
        /// The agent.
        agent: String,
        /// The tool.
        tool: String,
        /// How often so far.
        times: u32,
    },
    /// A guard has not simply let a text pass. Told once for each guard, place and outcome of a run.
    GuardHit {
        /// The run.
        run_id: String,
        /// The agent.
        agent: String,
        /// What the guard has decided, the first time.
        decided: Decided,
    },
}

/// Where alerts go: any `Fn(&Alert)` is one.
///
/// It is called on a thread of its own, one alert after the other. It may be slow, and it may panic:
/// no run waits for it or hears of it. Where it is so slow that 1,000 alerts wait, further ones are
/// left out, and the log says so.
pub trait AlertSink: Send + 'static {
    /// Takes an alert.
    fn alert(&self, alert: &Alert);
}

impl<F: Fn(&Alert) + Send + 'static> AlertSink for F {
    fn alert(&self, alert: &Alert) {
        self(alert);
    }
}

/// A hook that watches: it lets everything through, and tells a sink of budgets that run out, of
/// sudden spending, of calls that go round in circles, and of guards that hit. A clone is the same
/// one.
///
/// ```
/// use fastroai::Runtime;
/// use fastroai::hook::{Alert, Alerts};
/// let alerts = Alerts::to(|alert: &Alert| eprintln!("{alert:?}")).repeats(5);
/// let runtime = Runtime::builder().hook(alerts.clone()).build();
/// // … runs on that runtime …
/// alerts.flush();
/// ```
#[derive(Clone)]
pub struct Alerts {
    percentages: Arc<[u8]>,
    spike: u32,
    interval: Duration,
    repeats: u32,
    outbox: Outbox,
    seen: Arc<Mutex<Seen>>,
}

const MANY_ACCOUNTS: usize = 1_024;

/// What was seen so far.
struct Seen {
    accounts: HashMap<usize, Watched>,
    /// How many accounts there may be before the closed ones are forgotten.
    many: usize,
    pace: Pace,
    interval_began: Instant,
    repeats: Repeats,
    guarded: Repeats,
}

/// An account, and what was told of it.
struct Watched {
    account: Identity,
    told: u8,
    refused: bool,
}

impl Alerts {
    /// Tells this sink: of 50, 80 and 100 % of each account, of a minute with ten times the spending
    /// of those before, and of a tool call that a run makes for the third time.
    pub fn to(sink: impl AlertSink) -> Self {
        Self {
            percentages: Arc::new([50, 80, 100]),
            spike: 10,
            interval: Duration::from_secs(60),
            repeats: 3,
            outbox: Outbox::new(sink),
            seen: Arc::new(Mutex::new(Seen {
                accounts: HashMap::new(),
                many: MANY_ACCOUNTS,
                pace: Pace::default(),
                interval_began: Instant::now(),
                repeats: Repeats::default(),
                guarded: Repeats::default(),
            })),
        }
    }

    /// Sets the percentages of accounts to tell of.
    #[must_use]
    pub fn percentages(mut self, percentages: impl IntoIterator<Item = u8>) -> Self {
        let mut percentages: Vec<u8> = percentages.into_iter().collect();
        percentages.sort_unstable();
        self.percentages = percentages.into();
        self
    }

    /// Sets how many times the average spending of the last ten intervals is a spike, and how long
    /// an interval is.
    #[must_use]
    pub fn spike(mut self, times: u32, interval: Duration) -> Self {
        self.spike = times;
        self.interval = interval.max(Duration::from_millis(1));
        self
    }

    /// Sets the how manieth same call of a tool in a run to tell of.
    #[must_use]
    pub fn repeats(mut self, times: u32) -> Self {
        self.repeats = times;
        self
    }

    /// Waits, blocking, until the sink has taken all alerts so far: before a program ends.
    pub fn flush(&self) {
        self.outbox.flush();
    }

    /// A permit that looks at the accounts, and at the pace, once the attempt is paid.
    fn watch(&self, accounts: &[Budget]) -> Gate {
        let (alerts, accounts) = (self.clone(), accounts.to_vec());
        Gate::Go(Permit::new(move |outcome| {
            alerts.look_at_accounts(&accounts);
            if let Some(cost) = outcome.and_then(|outcome| outcome.cost) {
                alerts.look_at_pace(cost);
            }
        }))
    }

    fn look_at_accounts(&self, accounts: &[Budget]) {
        let lines = accounts
            .iter()
            .flat_map(|account| std::iter::successors(Some(account), |account| account.parent()));
        for account in lines {
            let mut seen = self.lock();
            let (spent, possibly_paid) = account.gone();
            let limit = account.limit();
            let reached = percent(spent.saturating_add(possibly_paid), limit);
            let watched = seen.watched(account);
            let passed = self.percentages.iter().filter(|it| u64::from(**it) <= reached);
            let passed: Vec<u8> = passed.copied().filter(|it| *it > watched.told).collect();
            watched.told = passed.last().copied().unwrap_or(watched.told);
            // Sent under the lock, so that 50 % never comes after 80 %.
            for percent in passed {
                let account = account.name().to_owned();
                self.outbox.send(Alert::Budget { account, percent, spent, possibly_paid, limit });
            }
        }
    }

    fn look_at_pace(&self, cost: Cost) {
        let mut seen = self.lock();
        let passed = seen.interval_began.elapsed().as_nanos() / self.interval.as_nanos();
        if let Ok(intervals) = u32::try_from(passed)
            && intervals > 0
        {
            seen.pace.pass(intervals.into());
            let began = seen.interval_began;
            let over = self.interval.checked_mul(intervals);
            seen.interval_began =
                over.and_then(|over| began.checked_add(over)).unwrap_or_else(Instant::now);
        }
        if let Some(Spike { spent, average }) = seen.pace.add(cost, self.spike) {
            let interval = self.interval;
            self.outbox.send(Alert::SpendSpike { spent, average, interval });
        }
    }

    /// What is inside changes in single steps that cannot panic: a panic elsewhere leaves it whole.
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn watched(&mut self, account: &Budget) -> &mut Watched {
        if self.accounts.len() >= self.many {
            self.accounts.retain(|_, watched| !watched.account.is_gone());
            self.many = self.accounts.len().saturating_mul(2).max(MANY_ACCOUNTS);
        }
        let account = account.identity();
        let number = account.number();
        self.accounts.entry(number).or_insert(Watched { account, told: 0, refused: false })
    }
}

impl Hook for Alerts {
    fn before_model(&self, call: &mut ModelCall<'_>) -> Result<Gate, Denied> {
        if call.is_count() {
            return Ok(Gate::go());
        }
        Ok(self.watch(call.accounts()))
    }

    fn before_tool(&self, call: &mut ToolUse<'_>) -> Result<Gate, Denied> {
        if let (Some(run_id), Some(agent), 1) = (call.run_id(), call.agent(), call.attempt()) {
            let times = self.lock().repeats.note(run_id, call.name(), call.arguments());
            if times == self.repeats {
                self.outbox.send(Alert::RepeatedToolCall {
                    run_id: run_id.to_owned(),
                    agent: agent.to_owned(),
                    tool: call.name().to_owned(),
                    times,
                });
            }
        }
        Ok(self.watch(call.accounts()))
    }

    fn on_refusal(&self, _: &RunInfo<'_>, account: &Budget, refusal: &Refusal) {
        let mut seen = self.lock();
        let watched = seen.watched(account);
        if !std::mem::replace(&mut watched.refused, true) {
            self.outbox.send(Alert::BudgetRefused { refusal: refusal.clone() });
        }
    }

    fn on_guard(&self, run: &RunInfo<'_>, decision: &GuardDecision<'_>) {
        let what = format!("{} {}", decision.stage.as_str(), decision.action.as_str());
        if self.lock().guarded.note(run.run_id(), decision.guard, &what) > 1 {
            return;
        }
        self.outbox.send(Alert::GuardHit {
            run_id: run.run_id().to_owned(),
            agent: run.agent().to_owned(),
            decided: decision.to_decided(),
        });
    }
}

impl fmt::Debug for Alerts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alerts")
            .field("percentages", &self.percentages)
            .field("spike", &self.spike)
            .field("interval", &self.interval)
            .field("repeats", &self.repeats)
            .finish_non_exhaustive()
    }
}
