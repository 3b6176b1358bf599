//! Policies: what may be sent, when, and how it ended.
//!
//! A [`Hook`] is hung on a [`Runtime`](crate::Runtime) and is asked before each attempt at a model and at a tool, on
//! every path: runs, streams, agents that tools call, fallback models, repeated attempts and
//! [`Runtime::request`](crate::Runtime::request). What a run calls is also asked of the hooks of the run
//! around it, whichever runtime it brings along.
//!
//! ```
//! use fastroai::hook::{Denied, Gate, Hook, ModelCall};
//! use fastroai::prelude::*;
//! use std::sync::atomic::{AtomicBool, Ordering};
//!
//! #[derive(Default)]
//! struct KillSwitch(AtomicBool);
//!
//! impl Hook for KillSwitch {
//!     fn before_model(&self, _: &mut ModelCall<'_>) -> Result<Gate, Denied> {
//!         if self.0.load(Ordering::Relaxed) {
//!             return Err(Denied::new("agents are switched off"));
//!         }
//!         Ok(Gate::go())
//!     }
//! }
//!
//! # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let runtime = Runtime::builder().hook(KillSwitch(true.into())).build();
//! let agent = Agent::builder().model("offline:demo").build()?;
//! let error = agent.run("Hello").on(&runtime).await.unwrap_err();
//! assert_eq!(error.to_string(), "`KillSwitch` denied it: agents are switched off");
//! assert!(error.bill().is_empty());
//! # Ok(()) }
//! ```
//!
//! # The order of things
//!
//! When a run begins, the tools that it is not [granted](crate::agent::AgentConfig::grants) are gone
//! before any hook hears of it. Then come [`before_run`](Hook::before_run), and [guards](crate::guard) that
//! look at the history and the prompt; a paused run that goes on is [claimed](crate::approval#once) instead.
//!
//! Before each attempt at a model come, in this order: the [limits of the run](crate::UsageLimits),
//! the money ([`Budget`]), and the hooks in the order in which they were added. Guards look at the reply
//! after its attempt has ended for money and hooks, but for what a stream shows meanwhile.
//!
//! A call of a tool passes the guards that look at arguments, and, where its tool needs one, an
//! [approval](crate::approval) of arguments that fit. Then it is asked once more whether the run is granted
//! the tool. Before each attempt at it come the money of a tool that costs and the hooks; guards look at what
//! it gave once the last attempt has ended.
//!
//! Where a hook has the attempt wait, or asks someone else, everything that was granted before is given
//! back, and all are asked again afterwards: nothing waits while it holds money or a permit. Add those that
//! deny before those that wait, and `RateLimits` (feature `limits`) last, since what a rate has let through
//! cannot be given back.

mod alert;
mod approval;
mod breaker;
mod call;
mod decision;
mod denied;
mod gate;
mod guarded;
mod hooks;
mod permit;
#[cfg(feature = "limits")]
mod rate;
mod run;
mod tool_denied;
mod tool_policy;

use crate::called;
use crate::money::{Budget, Refusal};

pub use alert::{Alert, AlertSink, Alerts};
pub use approval::Approval;
pub use breaker::{CircuitBreaker, CircuitOpen};
pub(crate) use call::Origin;
pub use call::{ModelCall, ToolUse};
pub use decision::{ApprovalDecision, ApprovalStep};
pub use denied::Denied;
pub use gate::{Gate, Wait};
pub use guarded::GuardDecision;
pub(crate) use hooks::{Hooks, Stopped, Waiting};
#[cfg(feature = "audit")]
pub(crate) use permit::Closing;
pub use permit::{Ended, Outcome, Permit};
pub(crate) use permit::{Panicked, Permits};
#[cfg(feature = "limits")]
pub use rate::{QueueFull, RateLimits, TooManyTokens};
pub(crate) use run::Watched;
pub use run::{RunEnd, RunEnding, RunInfo};
pub use tool_denied::{DeniedBy, ToolDenied};
pub use tool_policy::{ToolPolicy, Who};

/// A policy: it decides before each attempt whether it is made, and learns how it ended.
///
/// It is asked on the thread of the run, so it must not block. It may panic: the attempt is then
/// not made, and the run ends with [`ErrorKind::HookPanicked`](crate::ErrorKind::HookPanicked).
pub trait Hook: Send + Sync + 'static {
    /// What errors call it; the name of its type unless said otherwise.
    fn name(&self) -> &str {
        called::by_type::<Self>()
    }

    /// Learns that a run is about to begin, before anything is sent. It may turn out that it cannot, as
    /// where a key is missing: [`after_run`](Self::after_run) is told so, then.
    ///
    /// # Errors
    /// [`Denied`]: the run ends here.
    fn before_run(&self, run: &RunInfo<'_>) -> Result<(), Denied> {
        let _ = run;
        Ok(())
    }

    /// Learns how a run ended that it let begin: with an answer, with an error, or dropped.
    fn after_run(&self, run: &RunInfo<'_>, end: &RunEnd<'_>) {
        let _ = (run, end);
    }

    /// Decides about an attempt at a model.
    ///
    /// # Errors
    /// [`Denied`]: nothing is sent and nothing tried again. The run ends, unless the denial says
    /// that another model may be asked.
    #[doc(alias = "on_before_dispatch")]
    fn before_model(&self, call: &mut ModelCall<'_>) -> Result<Gate, Denied> {
        let _ = call;
        Ok(Gate::go())
    }

    /// Learns that an account did not cover an attempt of this run, or of a request without an agent: no
    /// hook was asked about it then. Or that it did not cover what a tool
    /// [charges](crate::RunContext::charge).
    fn on_refusal(&self, run: &RunInfo<'_>, account: &Budget, refusal: &Refusal) {
        let _ = (run, account, refusal);
    }

    /// Learns that a [guard](crate::guard) has not simply let a text pass.
    fn on_guard(&self, run: &RunInfo<'_>, decision: &GuardDecision<'_>) {
        let _ = (run, decision);
    }

    /// Learns that someone is asked about a tool call that needs a decision, and what was decided; see
    /// [`approval`](crate::approval). What is approved passes [`before_tool`](Self::before_tool) as any
    /// call does.
    fn on_approval(&self, run: &RunInfo<'_>, decision: &ApprovalDecision<'_>) {
        let _ = (run, decision);
    }

    /// Decides about an attempt at a tool.
    ///
    /// # Errors
    /// [`Denied`]: the tool does not run. The run ends, unless the denial says what the model is
    /// told instead.
    fn before_tool(&self, call: &mut ToolUse<'_>) -> Result<Gate, Denied> {
        let _ = call;
        Ok(Gate::go())
    }

    /// Learns that a tool was called that may not be used here, by a grant, a role or a hook, itself included: it did
    /// not run.
    fn on_tool_denied(&self, denied: &ToolDenied<'_>) {
        let _ = denied;
    }
}
