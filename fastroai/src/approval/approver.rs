//! Someone who decides while a run waits.

use std::error::Error as StdError;
use std::fmt;

use futures_util::future::BoxFuture;

use super::ApprovalRequest;
use super::decisions::Decided;
use crate::hook::RunInfo;

/// Someone who decides about tool calls while the run waits, so that it does not pause.
///
/// ```
/// use fastroai::approval::{ApprovalRequest, Approver, Deciding, Decision};
/// use fastroai::hook::RunInfo;
/// use fastroai::Runtime;
///
/// # async fn ask_in_chat(question: String) -> Result<bool, std::io::Error> { Ok(question.is_empty()) }
/// struct Chat;
///
/// impl Approver for Chat {
///     fn decide<'a>(&'a self, request: &'a ApprovalRequest, run: &'a RunInfo<'a>) -> Deciding<'a> {
///         Box::pin(async move {
///             let question = format!("{}: {} {}?", run.agent(), request.tool, request.arguments);
///             Ok(match ask_in_chat(question).await? {
///                 true => Decision::approve(),
///                 false => Decision::deny("The customer has to ask again by mail."),
///             })
///         })
///     }
/// }
///
/// let runtime = Runtime::builder().approver(Chat).build();
/// ```
pub trait Approver: Send + Sync + 'static {
    /// Decides about one call. All calls of a reply are asked about at one time, and after the other
    /// calls of it have ended; the run's deadline and its cancellation hold meanwhile.
    ///
    /// # Errors
    /// Where nobody can decide: the call is denied then, as it is where this panics.
    fn decide<'a>(&'a self, request: &'a ApprovalRequest, run: &'a RunInfo<'a>) -> Deciding<'a>;
}

/// A decision on its way.
pub type Deciding<'a> = BoxFuture<'a, Result<Decision, ApproverError>>;

/// Why nobody can decide. It is traced, and the model does not read it.
pub type ApproverError = Box<dyn StdError + Send + Sync>;

/// What an [`Approver`] decides about a call. `Debug` shows no content.
#[derive(Clone)]
#[must_use]
pub struct Decision {
    pub(crate) decided: Decided,
    pub(crate) by: Option<String>,
}

impl Decision {
    /// It runs, as the model asked for it.
    pub fn approve() -> Self {
        Self::of(Decided::Approved)
    }

    /// It runs with these arguments, a JSON object that fits the tool; others are a denial.
    pub fn approve_with(arguments: impl Into<String>) -> Self {
        Self::of(Decided::Edited(arguments.into()))
    }

    /// It does not run. The model reads the message.
    pub fn deny(message: impl Into<String>) -> Self {
        Self::of(Decided::denied(message.into()))
    }

    /// Who decided: hooks are told, and it stands in the audit trail for good. Write an id, and no name.
    pub fn by(mut self, who: impl Into<String>) -> Self {
        self.by = Some(who.into());
        self
    }

    fn of(decided: Decided) -> Self {
        Self { decided, by: None }
    }
}

impl fmt::Debug for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.decided {
            Decided::Approved => "Decision::approve()",
            Decided::Edited(_) => "Decision::approve_with(..)",
            Decided::Denied(_) | Decided::HandedIn(_) => "Decision::deny(..)",
        })
    }
}
