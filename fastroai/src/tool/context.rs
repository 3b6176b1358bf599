//! What a tool sees of the run it is called from.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use crate::agent::Labels;
use crate::money::{Bill, Budget, Cost, Line, Refusal, Total};
use crate::principal::Principal;
use crate::scope::Scope;

/// The run itself, for a tool that asks for it: `#[context] run: RunContext<'_>`.
#[derive(Clone)]
pub struct RunContext<'a> {
    call: Arc<CallContext>,
    lifetime: PhantomData<&'a ()>,
}

pub(crate) struct CallContext {
    pub(crate) run_id: Arc<str>,
    pub(crate) labels: Arc<Labels>,
    pub(crate) tool: String,
    pub(crate) call_id: String,
    pub(crate) turn: u32,
    pub(crate) attempt: u32,
    pub(crate) scope: Scope,
    /// The whole run's; that of the scope is this call's.
    pub(crate) run: CancellationToken,
}

impl RunContext<'_> {
    pub(crate) fn new(call: CallContext) -> Self {
        Self { call: Arc::new(call), lifetime: PhantomData }
    }

    /// The run's id.
    #[must_use]
    pub fn run_id(&self) -> &str {
        &self.call.run_id
    }

    /// The conversation's id, where the call of the agent has one.
    #[must_use]
    pub fn conversation_id(&self) -> Option<&str> {
        self.call.labels.conversation_id.as_deref()
    }

    /// What the call of the agent was labelled with.
    #[must_use]
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.call.labels.metadata
    }

    /// For whom the run acts; see [`Call::principal`](crate::Call::principal).
    #[must_use]
    pub fn principal(&self) -> Option<&Principal> {
        self.call.scope.principal()
    }

    /// The name under which the model called this tool.
    #[must_use]
    pub fn tool(&self) -> &str {
        &self.call.tool
    }

    /// The id of the model's call.
    #[must_use]
    pub fn call_id(&self) -> &str {
        &self.call.call_id
    }

    /// The turn of the run, from 1.
    #[must_use]
    pub fn turn(&self) -> u32 {
        self.call.turn
    }

    /// The attempt at this call, from 1.
    #[must_use]
    #[doc(alias = "retry")]
    pub fn attempt(&self) -> u32 {
        self.call.attempt
    }

    /// What the run has cost so far.
    #[must_use]
    pub fn bill(&self) -> Bill {
        self.call.scope.meter().bill()
    }

    /// What the run has spent so far, in one figure.
    #[must_use]
    pub fn spent(&self) -> Total {
        self.call.scope.meter().spent()
    }

    /// Pays for something that this call is about to use: from the accounts of the run, and as a
    /// line on its bill.
    ///
    /// # Errors
    /// [`Refusal`], where an account does not have it now; nothing is paid then.
    pub fn charge(&self, cost: Cost) -> Result<(), Refusal> {
        let line = Line::tool(self.call.turn, self.call.attempt, &self.call.tool, cost);
        self.call.scope.charge(line, cost)
    }

    /// What the run may still spend: the least that is left on an account that pays for it; `None`
    /// where there is none.
    #[must_use]
    pub fn budget_left(&self) -> Option<Cost> {
        let accounts = self.call.scope.accounts().iter();
        accounts
            .flat_map(|account| std::iter::successors(Some(account), |it| it.parent()))
            .map(Budget::left)
            .min()
    }

    /// How long this call may still take: its own time or the run's, whichever ends first.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        self.call.scope.time_left()
    }

    /// Fires when the run is cancelled, runs out of time or is dropped, and when this call's own
    /// time is up: for work that goes on by itself, as on a blocking thread.
    #[must_use]
    pub fn cancellation(&self) -> CancellationToken {
        self.call.scope.cancellation().clone()
    }

    /// Cancels the whole run: it ends with an error that keeps its history and its bill.
    pub fn cancel(&self) {
        self.call.run.cancel();
    }

    /// The same run for a thread that outlives the borrow, as a blocking tool's.
    #[must_use]
    pub fn detach(&self) -> RunContext<'static> {
        RunContext { call: Arc::clone(&self.call), lifetime: PhantomData }
    }
}

impl fmt::Debug for RunContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunContext")
            .field("run_id", &self.call.run_id)
            .field("tool", &self.call.tool)
            .field("turn", &self.call.turn)
            .field("attempt", &self.call.attempt)
            .finish_non_exhaustive()
    }
}
