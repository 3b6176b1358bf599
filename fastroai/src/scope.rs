//! What a run hands down to everything that is called inside it.

mod entering;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{Instrument, Span};

pub(crate) use entering::Entering;

use crate::agent::{AgentConfig, Labels};
use crate::ambient;
use crate::approval::Approver;
use crate::emitted::Emitter;
use crate::grants::Bound;
use crate::guard::Guards;
use crate::hook::{DeniedBy, Hooks, RunInfo};
use crate::money::{self, Budget, Cost, Hold, Line, Meter, Refusal};
use crate::principal::Principal;
use crate::run::Stop;
use crate::runtime::Runtime;
use crate::telemetry::{Hush, Showing};
use crate::tool::ToolOptions;
use crate::usage_limits::{Tally, Used};

tokio::task_local! {
    static CURRENT: Scope;
}

/// How deep agents may call agents: each level is polled on top of the one around it, and twice
/// as many overflow a thread's two megabytes in a debug build.
pub(crate) const MAX_DEPTH: u32 = 8;

/// Deadline, cancellation, meter, accounts, depth and runtime of a run, inherited by what it calls.
#[derive(Clone)]
pub(crate) struct Scope {
    runtime: Runtime,
    meter: Meter,
    accounts: Vec<Budget>,
    cancellation: CancellationToken,
    /// A token of the caller's, which cannot be a child of two parents.
    outside: Option<CancellationToken>,
    deadline: Option<Instant>,
    depth: u32,
    /// The hooks of the runtime, and those of the runs around.
    hooks: Hooks,
    /// The guards of the runtime, and those of the runs around; `None` where it is a guard that runs
    /// here: what that asks others passes none, or it would ask itself.
    guards: Option<Guards>,
    /// Those of this run that the runs inside pass as well.
    handed_down: Guards,
    /// What is counted for this run and for those around it.
    tallies: Vec<Arc<Tally>>,
    labels: Arc<Labels>,
    /// That of this run, where it has limits of its own.
    own_tally: Option<Arc<Tally>>,
    /// Who decides about tool calls while they wait: the runtime's, or that of the run around.
    approver: Option<Arc<dyn Approver>>,
    /// The run, where there are hooks to tell of it.
    run: Option<Arc<Whose>>,
    /// The most that runs in it may be granted.
    bound: Bound,
    principal: Option<Principal>,
    /// What was said about what may be written down, here and around.
    hush: Hush,
}

/// The run, or the request without an agent, that a scope is of.
struct Whose {
    agent: String,
    id: String,
    around: Option<Arc<Whose>>,
}

impl Scope {
    /// The scope that this code runs in.
    pub(crate) fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }

    /// What is said of the runtime that this code runs on, if it runs in a scope.
    #[cfg(feature = "config")]
    pub(crate) fn with_runtime<R>(say: impl FnOnce(&Runtime) -> R) -> Option<R> {
        CURRENT.try_with(|scope| say(&scope.runtime)).ok()
    }

    /// A scope inside this one that can be cancelled on its own, with a deadline that is not later
    /// than this.
    pub(crate) fn within(&self, timeout: Duration) -> Self {
        let mut scope = Self { cancellation: self.cancellation.child_token(), ..self.clone() };
        scope.tighten(Instant::now().checked_add(timeout));
        scope
    }

    /// This scope, for a guard: what it asks others is not looked at by the guards around it.
    pub(crate) fn of_guard(&self) -> Self {
        Self { guards: None, ..self.clone() }
    }

    fn tighten(&mut self, deadline: Option<Instant>) {
        self.deadline = match (self.deadline, deadline) {
            (Some(mine), Some(other)) => Some(mine.min(other)),
            (mine, other) => mine.or(other),
        };
    }

    /// What runs are labelled with that are called from here, unless they say otherwise.
    pub(crate) fn labels(&self) -> &Arc<Labels> {
        &self.labels
    }

    /// Labels what runs here, beside what it has from around it.
    pub(crate) fn label(&mut self, own: &Labels) {
        if !own.is_empty() {
            self.labels = Arc::new(own.within(&self.labels));
        }
    }

    /// Says what runs here: a run of this agent, or a request without one. Nothing is kept where no hook asks.
    pub(crate) fn is_of(&mut self, agent: &str, id: &str) {
        if !self.hooks.is_empty() {
            let around = self.run.take();
            let (agent, id) = (agent.to_owned(), id.to_owned());
            self.run = Some(Arc::new(Whose { agent, id, around }));
        }
    }

    /// The id of the run that this one was begun in.
    pub(crate) fn parent_run_id(&self) -> Option<&str> {
        Some(&self.run.as_ref()?.around.as_ref()?.id)
    }

    /// For whom runs act that are called from here.
    pub(crate) fn principal(&self) -> Option<&Principal> {
        self.principal.as_ref()
    }

    /// Why a tool does not exist here for an agent with these grants.
    pub(crate) fn withholds(
        &self,
        tool: &ToolOptions,
        grants: &[String],
    ) -> Option<DeniedBy<'static>> {
        self.bound.withholds(tool, grants, self.principal())
    }

    /// Has no content written down of what runs here, where the agent says so.
    pub(crate) fn darken(&mut self, config: &AgentConfig) {
        self.hush.dark |= config.capture_content == Some(false);
    }

    /// How a run of this agent may be written down.
    pub(crate) fn showing(&self, config: &AgentConfig) -> Showing<'_> {
        let said = config.capture_content.or(self.runtime.captures_content());
        Showing { emitter: self.emitter(), content: !self.hush.dark && said == Some(true) }
    }

    /// What all texts pass that are written down of what runs here.
    pub(crate) fn emitter(&self) -> &Emitter {
        let own = self.runtime.emitter();
        // What a run is given inside another one that is redacted is that one's, too.
        if self.hush.redacts && own.is_open() { Emitter::standard() } else { own }
    }

    pub(crate) fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    pub(crate) fn meter(&self) -> &Meter {
        &self.meter
    }

    /// The hooks that every attempt in it passes.
    pub(crate) fn hooks(&self) -> &Hooks {
        &self.hooks
    }

    /// Has the runs inside pass these guards, as far as they are handed down.
    pub(crate) fn hand_down(&mut self, guards: [&Guards; 2]) {
        for guards in guards {
            self.handed_down = self.handed_down.and(&guards.handed_down());
        }
    }

    /// The guards that every run in it passes.
    pub(crate) fn guards(&self) -> Guards {
        self.guards.clone().unwrap_or_default()
    }

    /// What is counted for it.
    pub(crate) fn tallies(&self) -> &[Arc<Tally>] {
        &self.tallies
    }

    /// Who decides about tool calls while they wait, where someone does.
    pub(crate) fn approver(&self) -> Option<&Arc<dyn Approver>> {
        self.approver.as_ref()
    }

    /// What this run and those inside it have used, where it has limits of its own.
    pub(crate) fn used(&self) -> Option<Used> {
        self.own_tally.as_ref().map(|own| own.so_far())
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    pub(crate) fn cancellation(&self) -> &CancellationToken {
        &self.cancellation
    }

    /// The accounts that pay for what is asked here, none of which is above another.
    pub(crate) fn accounts(&self) -> &[Budget] {
        &self.accounts
    }

    /// Spends money for a tool at once, from all accounts or from none.
    pub(crate) fn charge(&self, line: Line, cost: Cost) -> Result<(), Refusal> {
        let holds = money::try_reserve(&self.accounts, cost);
        for hold in holds.inspect_err(|refusal| self.tell_refusal(refusal))? {
            hold.settle(cost);
        }
        self.meter.record(line);
        Ok(())
    }

    /// Tells the hooks that an account did not cover an attempt or a charge.
    pub(crate) fn tell_refusal(&self, refusal: &Refusal) {
        let Some(whose) = &self.run else { return };
        let run = RunInfo { scope: self, agent: &whose.agent, run_id: &whose.id };
        let lines = self
            .accounts
            .iter()
            .flat_map(|account| std::iter::successors(Some(account), |account| account.parent()));
        let refused = |it: &&Budget| it.name() == refusal.account && it.limit() == refusal.budget;
        if let Some(account) = lines.into_iter().find(refused) {
            self.hooks.refused(&run, account, refusal);
        }
    }

    /// Sets money aside for a tool on all accounts; what is held for others is waited for.
    pub(crate) async fn set_aside(&self, cost: Cost) -> Result<Vec<Hold>, Refusal> {
        let holds = money::reserve(&self.accounts, cost, cost).await;
        holds.inspect_err(|refusal| self.tell_refusal(refusal))
    }

    /// Spends what was set aside.
    pub(crate) fn pay(&self, holds: Vec<Hold>, line: Line, cost: Cost) {
        for hold in holds {
            hold.settle(cost);
        }
        self.meter.record(line);
    }

    /// Records what is spent already, whether there was enough or not.
    pub(crate) fn spent(&self, line: Line, cost: Cost) {
        self.accounts.iter().for_each(|account| account.spend(cost));
        self.meter.record(line);
    }

    pub(crate) fn time_left(&self) -> Option<Duration> {
        Some(self.deadline?.saturating_duration_since(Instant::now()))
    }

    /// Runs a future until it ends, the scope is cancelled or its time is up. What is cancelled
    /// already is not started.
    pub(crate) async fn guard<F: Future>(&self, future: F) -> Result<F::Output, Stop> {
        let deadline = async {
            match self.deadline {
                Some(deadline) => tokio::time::sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        let outside = async {
            match &self.outside {
                Some(outside) => outside.cancelled().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.cancellation.cancelled() => Err(Stop::Cancelled),
            () = outside => {
                self.cancellation.cancel();
                Err(Stop::Cancelled)
            }
            () = deadline => Err(Stop::DeadlinePassed),
            output = future => Ok(output),
        }
    }

    /// Runs a future inside this scope.
    pub(crate) async fn run<F: Future>(&self, future: F) -> F::Output {
        CURRENT.scope(self.clone(), future).await
    }
}

/// [`tokio::spawn`] that keeps the run's scope: its deadline, cancellation, budget, bill and trace.
///
/// A bare `tokio::spawn` inside a tool loses them: what it starts is neither stopped nor billed
/// with the run.
///
/// # Panics
/// Outside a tokio runtime, as `tokio::spawn` does.
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    let future = ambient::kept(future);
    match Scope::current() {
        Some(scope) => tokio::spawn(CURRENT.scope(scope, future).in_current_span()),
        None => tokio::spawn(future),
    }
}

/// [`tokio::task::spawn_blocking`] that keeps the run's scope.
///
/// # Panics
/// Outside a tokio runtime, as `tokio::task::spawn_blocking` does.
pub fn spawn_blocking<F, R>(function: F) -> JoinHandle<R>
where
    F: FnOnce() -> R + Send + 'static,
    R: Send + 'static,
{
    let function = ambient::kept_by(function);
    match Scope::current() {
        Some(scope) => {
            let span = Span::current();
            tokio::task::spawn_blocking(move || {
                span.in_scope(|| CURRENT.sync_scope(scope, function))
            })
        }
        None => tokio::task::spawn_blocking(function),
    }
}

/// A place among the blocking tools of the scope's runtime; none is needed outside a run.
pub(crate) async fn blocking_permit() -> Option<OwnedSemaphorePermit> {
    let permits = Arc::clone(Scope::current()?.runtime.blocking_permits());
    permits.acquire_owned().await.ok()
}
