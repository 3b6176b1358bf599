//! How a run comes into a scope of its own.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{MAX_DEPTH, Scope};
use crate::ambient;
use crate::approval::Before;
use crate::error::ErrorKind;
use crate::grants::Bound;
use crate::guard::Guards;
use crate::money::{Budget, Cost};
use crate::principal::Principal;
use crate::runtime::Runtime;
use crate::telemetry::Hush;
use crate::usage_limits::{Tally, UsageLimits};

/// A run that may not be, in the scope that it would have had: for those who are told of it.
pub(crate) struct Unentered {
    pub(crate) kind: ErrorKind,
    pub(crate) scope: Scope,
}

/// What a run brings along.
#[derive(Default)]
pub(crate) struct Entering {
    pub(crate) runtime: Option<Runtime>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) budget: Option<Cost>,
    pub(crate) account: Option<Budget>,
    pub(crate) outside: Option<CancellationToken>,
    pub(crate) limits: UsageLimits,
    pub(crate) bound: Bound,
    pub(crate) principal: Option<Principal>,
    /// It is what others run in: one on a strict runtime needs no other around it.
    pub(crate) opens: bool,
    /// What it had used before it paused.
    pub(crate) before: Option<Before>,
}

impl Scope {
    /// A scope inside the current one, or a first one.
    ///
    /// What runs in it is paid for from `account` and from what the scope around it pays from, and
    /// takes no more than `budget` of either.
    pub(crate) fn enter(entering: Entering) -> Result<Self, Box<Unentered>> {
        let Entering {
            runtime,
            timeout,
            budget,
            account,
            outside,
            limits,
            bound,
            principal,
            opens,
            before,
        } = entering;
        let parent = Self::current();
        let runtime = runtime
            .or_else(|| parent.as_ref().map(|parent| parent.runtime.clone()))
            .unwrap_or_else(Runtime::shared);
        let astray = runtime.is_strict() && parent.is_none() && !opens;
        let used = before.as_ref().map(|before| before.used).unwrap_or_default();
        let own_tally = (!limits.is_none()).then(|| Arc::new(Tally::new(limits, used)));
        let mut scope = match parent {
            Some(parent) => parent.holding(runtime),
            None => Self::first(runtime),
        };
        scope.bound = scope.bound.and(&bound);
        scope.depth = scope.depth.saturating_add(u32::from(!opens));
        scope.own_tally.clone_from(&own_tally);
        scope.outside = outside;
        if let Some(principal) = principal {
            match principal.within(scope.principal.as_ref()) {
                Ok(principal) => scope.principal = Some(principal),
                Err(kind) => return Err(Box::new(Unentered { kind, scope })),
            }
        }
        scope.tallies.extend(own_tally);
        if let Some(timeout) = timeout {
            scope.tighten(Instant::now().checked_add(timeout));
        }
        if astray {
            let kind = ErrorKind::Config(
                "the runtime is strict, and the run is in no scope: open one with `Runtime::scope`, \
                 or start it with `fastroai::spawn` where `tokio::spawn` lost the one it was in"
                    .to_owned(),
            );
            return Err(Box::new(Unentered { kind, scope }));
        }
        if scope.depth > MAX_DEPTH {
            return Err(Box::new(Unentered { kind: ErrorKind::TooDeep, scope }));
        }
        for account in scope.runtime.account().cloned().into_iter().chain(account) {
            if let Err(kind) = scope.pay_from(account) {
                return Err(Box::new(Unentered { kind, scope }));
            }
        }
        scope.cap(budget, before);
        Ok(scope)
    }

    /// Takes no more than this of the accounts. What the run had spent before it paused counts here
    /// alone: those around it have had it.
    fn cap(&mut self, budget: Option<Cost>, before: Option<Before>) {
        let before = before.map(|before| before.bill).unwrap_or_default();
        if let Some(budget) = budget {
            let run = match self.accounts.pop() {
                Some(above) => above.child("run", budget),
                None => Budget::new("run", budget),
            };
            run.carry(before.total().known(), before.possibly_paid());
            self.accounts.push(run);
        }
        if !before.is_empty() {
            self.meter.carry(before);
        }
    }

    /// One with none around it.
    fn first(runtime: Runtime) -> Self {
        Self {
            hooks: runtime.hooks().clone(),
            guards: Some(runtime.guards().clone()),
            handed_down: Guards::default(),
            bound: runtime.bound().clone(),
            principal: None,
            approver: runtime.approver().cloned(),
            own_tally: None,
            hush: Hush::default().within(&runtime),
            runtime,
            meter: ambient::meter(),
            accounts: Vec::new(),
            cancellation: CancellationToken::new(),
            outside: None,
            deadline: None,
            depth: 0,
            tallies: Vec::new(),
            labels: Arc::default(),
            run: None,
        }
    }

    /// One inside this: what holds here holds there, and what its runtime says as well.
    fn holding(self, runtime: Runtime) -> Self {
        Self {
            hooks: self.hooks.and(runtime.hooks()),
            guards: self.guards.map(|guards| guards.and(&self.handed_down).and(runtime.guards())),
            handed_down: Guards::default(),
            bound: self.bound.and(runtime.bound()),
            approver: runtime.approver().cloned().or(self.approver),
            hush: self.hush.within(&runtime),
            runtime,
            meter: self.meter.child(),
            cancellation: self.cancellation.child_token(),
            ..self
        }
    }

    fn pay_from(&mut self, account: Budget) -> Result<(), ErrorKind> {
        if self.accounts.iter().any(|mine| mine.is_under(&account)) {
            return Ok(());
        }
        self.accounts.retain(|mine| !account.is_under(mine));
        // What is above both of them would pay twice.
        if let Some(other) = self.accounts.iter().find(|mine| mine.is_kin_of(&account)) {
            return Err(ErrorKind::Config(format!(
                "the account `{}` is beside `{}`, which the run around this one is paid from: give it one \
                 under that, or one of another tree",
                account.name().escape_debug(),
                other.name().escape_debug(),
            )));
        }
        self.accounts.push(account);
        Ok(())
    }
}
