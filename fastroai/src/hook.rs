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
//! Before each attempt at a model come, in this order: the [limits of the run](crate::UsageLimits),
//! the money ([`Budget`]), and the hooks in the order in which they were
//! added. Where a hook has the attempt wait, or asks someone else, everything that was granted before is given back, and
//! all are asked again afterwards: nothing waits while it holds money or a permit. Add those that
//! deny before those that wait, and `RateLimits` (feature `limits`) last, since what a rate has let through cannot
//! be given back.

mod alert;
mod approval;
mod breaker;
mod call;
mod decision;
mod denied;
mod gate;
mod hooks;
mod permit;
#[cfg(feature = "limits")]
mod rate;
mod run;

use std::any::type_name;

use crate::money::{Budget, Refusal};

pub use alert::{Alert, AlertSink, Alerts};
pub use approval::Approval;
pub use breaker::{CircuitBreaker, CircuitOpen};
pub(crate) use call::Origin;
pub use call::{ModelCall, ToolUse};
pub use decision::{ApprovalDecision, ApprovalStep};
pub use denied::Denied;
pub use gate::{Gate, Wait};
pub(crate) use hooks::{Hooks, Stopped, Waiting};
pub use permit::{Ended, Outcome, Permit};
pub(crate) use permit::{Panicked, Permits};
#[cfg(feature = "limits")]
pub use rate::{QueueFull, RateLimits, TooManyTokens};
pub(crate) use run::Watched;
pub use run::{RunEnd, RunEnding, RunInfo};

/// A policy: it decides before each attempt whether it is made, and learns how it ended.
///
/// It is asked on the thread of the run, so it must not block. It may panic: the attempt is then
/// not made, and the run ends with [`ErrorKind::HookPanicked`](crate::ErrorKind::HookPanicked).
pub trait Hook: Send + Sync + 'static {
    /// What errors call it; the name of its type unless said otherwise.
    fn name(&self) -> &str {
        let name = type_name::<Self>();
        let name = name.split('<').next().unwrap_or(name);
        name.rsplit("::").next().unwrap_or(name)
    }

    /// Learns that a run begins, before anything is sent; runs that cannot begin at all, as where a
    /// key is missing, are not told.
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

    /// Learns that an account did not cover an attempt; no hook was asked about it then.
    fn on_refusal(&self, account: &Budget, refusal: &Refusal) {
        let _ = (account, refusal);
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
}
