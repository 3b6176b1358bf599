//! All hooks that an attempt passes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio::time::Instant;

use super::call::Kept;
use super::permit::Closing;
use super::{
    Approval, ApprovalDecision, Denied, Gate, Hook, ModelCall, Permits, RunInfo, ToolDenied,
    ToolUse, Wait,
};
use crate::called;
use crate::error::ErrorKind;
use crate::guard::Decided;
use crate::money::{Budget, Refusal};
use crate::telemetry::events::{self, Told};

/// The hooks of a scope, in their order. Where there are none, nothing is allocated or locked.
#[derive(Clone, Default)]
pub(crate) struct Hooks(Option<Arc<[Arc<dyn Hook>]>>);

/// Why an attempt is not made.
pub(crate) enum Stopped {
    /// A hook does not let it through.
    Denied {
        /// The hook.
        hook: String,
        /// Why.
        denied: Denied,
    },
    /// A hook panicked.
    Panicked {
        /// The hook.
        hook: String,
    },
}

impl From<Stopped> for ErrorKind {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Denied { hook, denied } => Self::Denied { hook, denied },
            Stopped::Panicked { hook } => Self::HookPanicked { hook },
        }
    }
}

/// An attempt that waits for a hook, what that hook has kept with it, and which hooks have had it
/// approved.
#[derive(Default)]
pub(crate) struct Waiting {
    place: usize,
    kept: Kept,
    approved: Vec<usize>,
}

/// What stands between an attempt and the next time that its hooks are asked.
pub(crate) enum Pause {
    /// A wait.
    Wait(Wait),
    /// The decision of someone else.
    Ask {
        /// The place of the hook that asks.
        place: usize,
        /// Its name.
        hook: String,
        /// What is decided.
        approval: Approval,
    },
}

impl Pause {
    /// Lets it pass.
    ///
    /// # Errors
    /// Where the decision is that the attempt is not made, or there is none.
    pub(crate) async fn over(self, waiting: &mut Waiting) -> Result<(), Stopped> {
        match self {
            Self::Wait(wait) => wait.over().await,
            Self::Ask { place, hook, approval } => match approval.decided().await {
                Ok(Ok(())) => waiting.approved.push(place),
                Ok(Err(denied)) => return Err(Stopped::Denied { hook, denied }),
                Err(_) => return Err(Stopped::Panicked { hook }),
            },
        }
        Ok(())
    }
}

impl Hooks {
    pub(crate) fn new(hooks: Vec<Arc<dyn Hook>>) -> Self {
        Self(if hooks.is_empty() { None } else { Some(hooks.into()) })
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// All of them, in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<dyn Hook>> {
        self.0.iter().flat_map(|hooks| hooks.iter())
    }

    /// These and the others, each once.
    pub(crate) fn and(&self, others: &Self) -> Self {
        let (Some(mine), Some(theirs)) = (&self.0, &others.0) else {
            return if self.is_empty() { others.clone() } else { self.clone() };
        };
        if Arc::ptr_eq(mine, theirs) {
            return self.clone();
        }
        let new = theirs.iter().filter(|other| !mine.iter().any(|it| Arc::ptr_eq(it, other)));
        Self::new(mine.iter().chain(new).cloned().collect())
    }

    /// Asks all hooks about an attempt at a model.
    ///
    /// # Errors
    /// [`Stopped`], where one does not let it through; `Ok(Err(_))` is a pause.
    pub(crate) fn before_model(
        &self,
        call: &mut ModelCall<'_>,
        waiting: &mut Waiting,
        deadline: Option<Instant>,
    ) -> Result<Result<Permits, Pause>, Stopped> {
        self.ask(waiting, deadline, |hook, kept| {
            call.kept = kept;
            let said = hook.before_model(call);
            call.kept = None;
            said
        })
    }

    /// Asks all hooks about an attempt at a tool.
    ///
    /// # Errors
    /// [`Stopped`], where one does not let it through; `Ok(Err(_))` is a pause.
    pub(crate) fn before_tool(
        &self,
        call: &mut ToolUse<'_>,
        waiting: &mut Waiting,
        deadline: Option<Instant>,
    ) -> Result<Result<Permits, Pause>, Stopped> {
        self.ask(waiting, deadline, |hook, kept| {
            call.kept = kept;
            let said = hook.before_tool(call);
            call.kept = None;
            said
        })
    }

    /// Tells all hooks that an account did not cover an attempt.
    pub(crate) fn refused(&self, run: &RunInfo<'_>, account: &Budget, refusal: &Refusal) {
        self.tell(Told::Refusal, |hook| hook.on_refusal(run, account, refusal));
    }

    /// Tells all hooks that a tool may not be used.
    pub(crate) fn tool_denied(&self, denied: &ToolDenied<'_>) {
        self.tell(Told::ToolDenied, |hook| hook.on_tool_denied(denied));
    }

    /// Tells all hooks how far a decision about a tool call is.
    pub(crate) fn decided(&self, run: &RunInfo<'_>, decision: &ApprovalDecision<'_>) {
        self.tell(Told::Decision, |hook| hook.on_approval(run, decision));
    }

    /// Tells all hooks what a guard has decided.
    pub(crate) fn guarded(&self, run: &RunInfo<'_>, decided: &Decided) {
        let decision = decided.into();
        self.tell(Told::Guard, |hook| hook.on_guard(run, &decision));
    }

    fn tell(&self, told: Told, tell: impl Fn(&dyn Hook)) {
        self.iter().for_each(|hook| tell_one(&**hook, told, || tell(&**hook)));
    }

    fn ask(
        &self,
        waiting: &mut Waiting,
        deadline: Option<Instant>,
        mut ask: impl FnMut(&dyn Hook, Kept) -> Result<Gate, Denied>,
    ) -> Result<Result<Permits, Pause>, Stopped> {
        let mut permits = Permits::until(deadline);
        for (place, hook) in self.iter().enumerate() {
            if waiting.approved.contains(&place) {
                continue;
            }
            let kept = if waiting.place == place { waiting.kept.take() } else { None };
            let said = catch_unwind(AssertUnwindSafe(|| ask(&**hook, kept)));
            let gate = match said {
                Ok(Ok(gate)) => gate,
                Ok(Err(denied)) => {
                    let hook = named(&**hook);
                    permits.give_back(Closing::Denied { hook: &hook });
                    return Err(Stopped::Denied { hook, denied });
                }
                Err(_) => {
                    let hook = named(&**hook);
                    permits.give_back(Closing::HookPanicked { hook: &hook });
                    return Err(Stopped::Panicked { hook });
                }
            };
            match gate {
                Gate::Go(permit) => permits.add(hook, permit),
                Gate::Ask(approval) => {
                    permits.give_back(Closing::Waits);
                    waiting.kept = None;
                    return Ok(Err(Pause::Ask { place, hook: named(&**hook), approval }));
                }
                Gate::Wait(mut wait) => {
                    permits.give_back(Closing::Waits);
                    (waiting.place, waiting.kept) = (place, wait.take_kept());
                    return Ok(Err(Pause::Wait(wait)));
                }
            }
        }
        Ok(Ok(permits))
    }
}

/// Tells a hook of what holds without it, whether it panics or not.
pub(super) fn tell_one(hook: &dyn Hook, told: Told, tell: impl FnOnce()) {
    if catch_unwind(AssertUnwindSafe(tell)).is_err() {
        events::hook_panicked(&named(hook), told);
    }
}

pub(super) fn named(hook: &dyn Hook) -> String {
    called::by_itself(|| hook.name(), "a hook")
}
