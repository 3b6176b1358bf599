//! What a model reads of an agent.

use std::sync::Arc;

use fastroai_providers::{Schema, ToolDefinition};

use crate::agent::AgentSpec;

/// What a model reads of an agent: its instructions, its tools, and the schema of its answer.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Contract {
    /// The agent's name.
    pub agent: String,
    /// What the model is told before each request.
    pub instructions: String,
    /// The tools on offer, in the agent's order: those that need no more than it is granted, whatever roles they
    /// are for.
    pub tools: Vec<Arc<ToolDefinition>>,
    /// The schema that an answer must fit; `None` for text.
    pub output: Option<Schema>,
}

impl Contract {
    /// That of this agent.
    pub fn of<A: AgentSpec + ?Sized>(agent: &A) -> Self {
        let grants = &agent.config().grants;
        let granted = |need: &&str| grants.iter().any(|grant| grant == need);
        let mut tools = agent.tools();
        tools.retain(|tool| tool.options().needs.iter().all(granted));
        Self {
            agent: agent.config().name.clone(),
            instructions: agent.instructions().into_owned(),
            tools: tools.iter().map(|tool| Arc::clone(tool.definition())).collect(),
            output: agent.output().schema(),
        }
    }

    #[doc(hidden)]
    #[must_use]
    pub fn of_function(
        name: &str,
        instructions: &str,
        tools: &[(&str, &Arc<ToolDefinition>)],
        output: Option<Schema>,
    ) -> Self {
        Self {
            agent: name.to_owned(),
            instructions: instructions.to_owned(),
            tools: tools.iter().map(|(prefix, tool)| prefixed(prefix, tool)).collect(),
            output,
        }
    }
}

fn prefixed(prefix: &str, tool: &Arc<ToolDefinition>) -> Arc<ToolDefinition> {
    if prefix.is_empty() {
        return Arc::clone(tool);
    }
    let name = format!("{prefix}{}", tool.name);
    Arc::new(ToolDefinition::new(name, tool.description.clone(), tool.parameters.clone()))
}

/// The agents whose contract needs no instance: those without fields, and agent functions.
///
/// `#[agent]` implements it. Where the instructions of an agent function name its parameters, the
/// contract holds them as they are written.
#[diagnostic::on_unimplemented(
    message = "the contract of `{Self}` needs an instance",
    label = "an agent with fields, or no agent",
    note = "write `assert_contract_of(&agent)`"
)]
pub trait Contracted {
    /// The contract.
    fn contract() -> Contract;
}
