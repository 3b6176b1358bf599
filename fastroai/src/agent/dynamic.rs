//! Agents made at run time.

mod builder;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use fastroai_providers::{History, UserMessage};

pub use builder::{AgentBuilder, BuildError};

use super::{AgentConfig, AgentSpec, Call, OutputSpec};
use crate::approval::{Decisions, PausedRun};
use crate::runtime::Runtime;
use crate::tool::{BoundTool, DynTool};

/// An agent made at run time; it runs as one that `#[agent]` declares does.
///
/// ```
/// use fastroai::prelude::*;
/// use fastroai::tool::FunctionTool;
///
/// #[derive(serde::Deserialize, JsonSchema)]
/// struct City { city: String }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let agent = Agent::builder()
///     .model("offline:demo")
///     .instructions("You are a travel assistant.")
///     .tool(FunctionTool::new("weather", "Current weather.", |city: City, _run| async move {
///         Ok::<_, std::convert::Infallible>(format!("Sunny in {}", city.city))
///     }))
///     .build()?;
/// let answer = agent.run("Do I need an umbrella?").await?;
/// assert_eq!(answer.tool_calls.len(), 1);
/// # Ok(()) }
/// ```
#[doc(alias = "FastroAgent")]
pub struct Agent<T = String> {
    config: AgentConfig,
    description: String,
    instructions: Instructions,
    tools: Vec<Arc<dyn DynTool>>,
    runtime: Option<Runtime>,
    output: OutputSpec<'static, T>,
}

#[derive(Clone)]
enum Instructions {
    Fixed(String),
    Made(Arc<dyn Fn() -> String + Send + Sync>),
}

impl Agent {
    /// An agent to be set up. It needs a model.
    pub fn builder() -> AgentBuilder {
        AgentBuilder::new()
    }
}

impl<T: Send + 'static> Agent<T> {
    /// Asks the agent. Nothing happens until the call is awaited, polled or streamed.
    pub fn run(&self, prompt: impl Into<UserMessage>) -> Call<'_, T> {
        Call::new(self, prompt)
    }

    /// What it is for, as the model of an agent reads it that lists this one.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Goes on with a conversation as it stands: see [`AgentSpec::continue_from`].
    pub fn continue_from(&self, history: impl Into<History>) -> Call<'_, T> {
        Call::continue_from(self, history)
    }

    /// Goes on with a run that waited for decisions: see [`AgentSpec::resume`].
    pub fn resume(&self, paused: PausedRun, decisions: Decisions) -> Call<'_, T> {
        Call::resume(self, paused, decisions)
    }
}

impl<T: Send + 'static> AgentSpec for Agent<T> {
    type Output = T;

    fn output(&self) -> OutputSpec<'_, T> {
        self.output.clone()
    }

    fn config(&self) -> &AgentConfig {
        &self.config
    }

    fn instructions(&self) -> Cow<'_, str> {
        match &self.instructions {
            Instructions::Fixed(text) => Cow::Borrowed(text),
            Instructions::Made(make) => Cow::Owned(make()),
        }
    }

    fn tools(&self) -> Vec<BoundTool<'_>> {
        self.tools.iter().map(|tool| BoundTool::from_dyn(Arc::clone(tool) as Arc<_>)).collect()
    }

    fn runtime(&self) -> Option<&Runtime> {
        self.runtime.as_ref()
    }
}

impl<T> fmt::Debug for Agent<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tools: Vec<&str> = self.tools.iter().map(|t| t.definition().name.as_str()).collect();
        f.debug_struct("Agent")
            .field("name", &self.config.name)
            .field("model", &self.config.model)
            .field("tools", &tools)
            .finish_non_exhaustive()
    }
}
