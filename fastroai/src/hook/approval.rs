//! A decision that someone else makes, and that takes its time.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::Denied;

/// Someone else's decision about an attempt: a person's, or a service's.
///
/// While it is awaited the attempt holds neither money nor permits of other hooks; it ends with the
/// run, and is dropped with it. Where it is given, the hook that asked lets the attempt through,
/// and the others are asked anew. It is for one attempt: a repeated one asks again, so that a hook
/// which wants one decision for a call remembers it.
///
/// ```
/// use fastroai::hook::{Approval, Denied, Gate, Hook, ToolUse};
///
/// # async fn ask_in_chat(question: String) -> bool { !question.is_empty() }
/// struct AskAPerson;
///
/// impl Hook for AskAPerson {
///     fn before_tool(&self, call: &mut ToolUse<'_>) -> Result<Gate, Denied> {
///         if call.name() != "refund" {
///             return Ok(Gate::go());
///         }
///         let question = format!("refund {}?", call.arguments());
///         Ok(Gate::Ask(Approval::new(async move {
///             if ask_in_chat(question).await {
///                 return Ok(());
///             }
///             Err(Denied::new("nobody approved it").tell_model("The refund was not approved."))
///         })))
///     }
/// }
/// ```
#[must_use = "a decision that is dropped was never asked for"]
pub struct Approval(BoxFuture<'static, Result<(), Denied>>);

impl Approval {
    /// What this future says: `Ok` lets the attempt through.
    pub fn new(decision: impl Future<Output = Result<(), Denied>> + Send + 'static) -> Self {
        Self(decision.boxed())
    }

    /// The decision; `Err` of the outer kind where it panicked.
    pub(super) async fn decided(self) -> Result<Result<(), Denied>, Box<dyn Any + Send>> {
        AssertUnwindSafe(self.0).catch_unwind().await
    }
}

impl fmt::Debug for Approval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Approval(..)")
    }
}
