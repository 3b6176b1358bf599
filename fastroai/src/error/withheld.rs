//! One outcome for whatever was withheld, whoever did it.

use fastroai_providers::error::ProviderFault;
use fastroai_providers::{FinishReason, Message, ModelErrorKind};

use super::{Error, ErrorKind};
use crate::guard::Stage;

/// Why there is no answer, where it or what was asked was withheld: by a guard, by a provider's
/// filter, or by the model itself. [`Error::withheld`] gives it, whatever the provider calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Withheld<'a> {
    /// A guard blocked it.
    ByGuard {
        /// The guard.
        guard: &'a str,
        /// Where the text was on its way.
        stage: Stage,
        /// Why, in the guard's words.
        reason: &'a str,
    },
    /// The provider's filter refused the request.
    InputFiltered,
    /// The provider's filter stopped the answer. So it is told, too, where a provider refuses a
    /// request by an answer with nothing in it, as Gemini does.
    OutputFiltered,
    /// The model would not answer; its words, where it said any, are at the end of the history.
    Refused,
}

impl Error {
    /// Whether there is no answer because it, or what was asked, was withheld, and by whom. What an
    /// answer lost that there is says [`AgentResponse::was_filtered`](crate::AgentResponse::was_filtered).
    ///
    /// ```
    /// use fastroai::guard::{self, Stage, Verdict};
    /// use fastroai::prelude::*;
    /// use fastroai::Withheld;
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let no = guard::from_fn("policy", [Stage::Prompt], |_| async { Ok(Verdict::block("not now")) });
    /// let agent = Agent::builder().model("offline:demo").guard(no).build()?;
    /// let error = agent.run("Hello").await.unwrap_err();
    /// match error.withheld() {
    ///     Some(Withheld::ByGuard { guard, .. }) => println!("{guard} did not let it through"),
    ///     Some(_) => println!("I cannot help with that."),
    ///     None => return Err(error.into()),
    /// }
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn withheld(&self) -> Option<Withheld<'_>> {
        match self.kind() {
            ErrorKind::Blocked { guard, stage, reason } => {
                Some(Withheld::ByGuard { guard, stage: *stage, reason })
            }
            ErrorKind::Filtered => Some(Withheld::OutputFiltered),
            // Some filters say why in words of their own, which stand where a refusal would.
            ErrorKind::Refused if self.ends_filtered() => Some(Withheld::OutputFiltered),
            ErrorKind::Refused => Some(Withheld::Refused),
            _ => match self.model_error()?.kind() {
                ModelErrorKind::Provider(ProviderFault::ContentFilter) => {
                    Some(Withheld::InputFiltered)
                }
                _ => None,
            },
        }
    }

    fn ends_filtered(&self) -> bool {
        matches!(
            self.history().last(),
            Some(Message::Assistant(reply)) if reply.finish_reason == FinishReason::ContentFilter
        )
    }
}

/// What a guard blocked, in words.
pub(super) fn what(stage: Stage) -> &'static str {
    match stage {
        Stage::Prompt => "the prompt",
        Stage::History => "the history",
        Stage::ToolArguments => "the arguments of a tool",
        Stage::ToolResult => "the result of a tool",
        Stage::Output => "the answer",
    }
}
