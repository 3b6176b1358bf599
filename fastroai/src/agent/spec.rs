//! What makes a struct an agent.

use std::borrow::Cow;

use fastroai_providers::{History, UserMessage};

use super::{AgentConfig, Call, OutputSpec};
use crate::approval::{Decisions, PausedRun};
use crate::history::HistoryProcessor;
use crate::runtime::Runtime;
use crate::tool::BoundTool;

/// An agent. `#[agent]` implements it; by hand it looks so:
///
/// ```
/// use std::borrow::Cow;
/// use std::sync::LazyLock;
/// use fastroai::agent::{AgentConfig, AgentSpec, OutputSpec};
///
/// struct Greeter { language: String }
///
/// impl AgentSpec for Greeter {
///     type Output = String;
///     fn output(&self) -> OutputSpec<'_, String> {
///         OutputSpec::typed()
///     }
///     fn config(&self) -> &AgentConfig {
///         static CONFIG: LazyLock<AgentConfig> =
///             LazyLock::new(|| AgentConfig::new("Greeter", "offline:demo"));
///         &CONFIG
///     }
#[doc(alias = "get_effective_system_prompt")]
///     fn instructions(&self) -> Cow<'_, str> {
///         format!("Greet the user in {}.", self.language).into()
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no agent",
    note = "put `#[agent(model = \"provider:model\")]` on `{Self}`"
)]
pub trait AgentSpec: Sync {
    /// What a run gives: what the model answers with, or what a function makes of that.
    type Output: Send + 'static;

    /// How the answer is asked for, and what is made of it: [`OutputSpec::typed`] where it is what
    /// the model fills in.
    fn output(&self) -> OutputSpec<'_, Self::Output>;

    /// What the agent is set to.
    fn config(&self) -> &AgentConfig;

    /// What the model is told before each request; asked for again for each.
    #[doc(alias = "system_prompt")]
    fn instructions(&self) -> Cow<'_, str>;

    /// The tools on offer, bound to this agent.
    fn tools(&self) -> Vec<BoundTool<'_>> {
        Vec::new()
    }

    /// The runtime that this agent brings along.
    fn runtime(&self) -> Option<&Runtime> {
        None
    }

    /// What the agent's own fields make of the conversation before each request, after what its
    /// [configuration](AgentConfig::history) does. `#[agent(history = self.field)]` writes it.
    fn history(&self) -> Option<&dyn HistoryProcessor> {
        None
    }

    /// Asks the agent. Nothing happens until the call is awaited, polled or streamed.
    fn run(&self, prompt: impl Into<UserMessage>) -> Call<'_, Self::Output>
    where
        Self: Sized,
    {
        Call::new(self, prompt)
    }

    /// Goes on with a conversation as it stands, without a new prompt: with what a user said or
    /// tools gave last, as an [`Error`](crate::Error) leaves it.
    ///
    /// A reply at its end that was cut off is asked for again, a paused one goes on. Where there is
    /// nothing to answer, the call fails with [`ErrorKind::Config`](crate::ErrorKind::Config).
    ///
    /// ```
    /// # use fastroai::prelude::*;
    /// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let agent = Agent::builder().model("offline:demo").build()?;
    /// let answer = match agent.run("Hello").await {
    ///     Err(error) if error.is_retryable() => agent.continue_from(error.history()).await?,
    ///     ended => ended?,
    /// };
    /// # Ok(()) }
    /// ```
    fn continue_from(&self, history: impl Into<History>) -> Call<'_, Self::Output>
    where
        Self: Sized,
    {
        Call::continue_from(self, history)
    }

    /// Goes on with a run that waited for decisions about tool calls, with these: the run has the
    /// same id, and all that it had counted and spent before. Time limits begin anew. See
    /// [`approval`](crate::approval).
    ///
    /// The call is refined and streamed as any, but takes no messages and no attachments. Where the
    /// decisions are not those that the run waits for, or it is the run of another agent, the call fails
    /// with [`ErrorKind::Config`](crate::ErrorKind::Config), and can be made again with others.
    #[doc(alias = "DeferredToolResults")]
    fn resume(&self, paused: PausedRun, decisions: Decisions) -> Call<'_, Self::Output>
    where
        Self: Sized,
    {
        Call::resume(self, paused, decisions)
    }
}
