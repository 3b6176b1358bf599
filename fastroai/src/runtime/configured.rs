//! What a configuration says of an agent, over what the program says.

use super::{DEFAULT, Runtime};
use crate::agent::AgentConfig;
use crate::scope::Scope;

/// What an agent is set to in a run that begins here, where that is not what the program says. The
/// run brings this runtime along, or takes the one around it.
pub(crate) fn configured(
    config: &AgentConfig,
    runtime: Option<&Runtime>,
) -> Option<Box<AgentConfig>> {
    let over = |runtime: &Runtime| runtime.0.agents.as_ref()?.over(config).map(Box::new);
    match runtime {
        Some(runtime) => over(runtime),
        None => Scope::with_runtime(over).unwrap_or_else(|| over(DEFAULT.get()?)),
    }
}
