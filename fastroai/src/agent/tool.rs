//! Agents that other agents list as tools.

use std::sync::Arc;
use std::time::Duration;

use fastroai_providers::ToolDefinition;

use super::call::ask_for_text;
use super::{Agent, AgentSpec};
use crate::tool::{
    Arguments, ArgumentsSchema, BoundTool, DynTool, RunContext, ToolError, ToolFuture, ToolOptions,
    Toolset, ToolsetInfo, depth,
};

/// What a model sees of an agent: a tool that takes `{"prompt": string}`.
#[must_use]
pub fn agent_definition(name: &str, description: &str) -> Arc<ToolDefinition> {
    let mut schema = ArgumentsSchema::new();
    schema.field::<String>(
        "prompt",
        "What to do, with all that is needed for it: nothing else of this conversation is seen.",
    );
    Arc::new(ToolDefinition::new(name, description, schema.finish()))
}

/// The limits of an agent as a tool: its own time, or that of the run around it.
#[must_use]
pub const fn agent_options(timeout: Option<Duration>) -> ToolOptions {
    let timeout = match timeout {
        Some(timeout) => timeout,
        None => Duration::MAX,
    };
    ToolOptions { timeout, ..ToolOptions::DEFAULT }
}

/// Says that an agent can be listed. `#[agent(description = "…")]` needs no such bound; without a
/// description it asks for this, which nothing implements.
#[diagnostic::on_unimplemented(
    message = "the agent `{Self}` cannot be a tool: it has no description",
    label = "an agent without a description",
    note = "the model chooses a tool by its description: write `description = \"…\"` in the `#[agent(…)]` of `{Self}`"
)]
pub trait Described<A: ?Sized> {}

struct AgentTool<'a, S> {
    agent: &'a S,
    definition: Arc<ToolDefinition>,
    options: ToolOptions,
}

/// An agent, as the one tool that it is.
#[must_use]
pub fn bind_agent<'a, S: AgentSpec>(
    agent: &'a S,
    definition: &Arc<ToolDefinition>,
    options: ToolOptions,
) -> Vec<BoundTool<'a>> {
    let definition = Arc::clone(definition);
    vec![BoundTool::from_dyn(Arc::new(AgentTool { agent, definition, options }))]
}

impl<S: AgentSpec> DynTool for AgentTool<'_, S> {
    fn definition(&self) -> &Arc<ToolDefinition> {
        &self.definition
    }

    fn options(&self) -> ToolOptions {
        self.options
    }

    fn is_agent(&self) -> bool {
        true
    }

    fn call<'a>(&'a self, arguments: Arguments<'a>, _run: RunContext<'a>) -> ToolFuture<'a> {
        Box::pin(async move {
            let mut fields = arguments.read(&["prompt"])?;
            let (Some(prompt), Ok(())) = (fields.get::<String>("prompt"), fields.check()) else {
                return Err(fields.misfit());
            };
            // Its error stays in the trace: the model around it reads the fixed sentence.
            ask_for_text(self.agent, prompt).await.map(Into::into).map_err(ToolError::new)
        })
    }
}

impl<T> ToolsetInfo for Agent<T> {
    const NAMES: &'static [&'static str] = &[];
    const OPTIONS: &'static [ToolOptions] = &[];
    const AGENTS_CALL_EACH_OTHER_IN_A_RING: u32 = depth([]);
}

/// An agent made at run time is a tool of its name and description.
impl<T: Send + 'static, A: ?Sized> Toolset<A> for Agent<T> {
    fn bind<'a>(&'a self, _agent: &'a A) -> Vec<BoundTool<'a>> {
        let config = self.config();
        let definition = agent_definition(&config.name, self.description());
        bind_agent(self, &definition, agent_options(config.timeout))
    }
}
