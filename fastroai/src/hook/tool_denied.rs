//! A call of a tool that may not be made, and by which rule.

use std::fmt;

use fastroai_providers::ToolCall;

use super::Origin;
use super::call::of_a_turn;
use crate::principal::Principal;

/// A call of a tool that was there and did not run, since it may not be used here. `Debug` shows no arguments.
///
/// [`Hook::on_tool_denied`](super::Hook::on_tool_denied) learns of it.
pub struct ToolDenied<'a> {
    pub(crate) from: Origin<'a>,
    pub(crate) call: &'a ToolCall,
    pub(crate) by: DeniedBy<'a>,
}

/// What a tool was denied by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeniedBy<'a> {
    /// The tool needs this, and the agent is not granted it, or the run is bound to less. The model was not
    /// offered the tool, and called it all the same.
    Grant(&'a str),
    /// The tool is for roles of which the principal has none, or there is no principal. The model was not
    /// offered the tool, and called it all the same.
    Roles,
    /// The hook of this name.
    Hook(&'a str),
}

impl fmt::Display for DeniedBy<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Grant(need) => write!(f, "grant {need}"),
            Self::Roles => f.write_str("roles"),
            Self::Hook(hook) => write!(f, "hook {hook}"),
        }
    }
}

of_a_turn!(ToolDenied);

impl ToolDenied<'_> {
    /// The tool's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.call.name
    }

    /// The id of the model's call.
    #[must_use]
    pub fn call_id(&self) -> &str {
        &self.call.id
    }

    /// The arguments as the model wrote them: JSON, or not even that.
    #[must_use]
    pub fn arguments(&self) -> &str {
        &self.call.arguments
    }

    /// What it was denied by.
    #[must_use]
    pub fn by(&self) -> DeniedBy<'_> {
        self.by
    }
}

impl fmt::Debug for ToolDenied<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolDenied")
            .field("tool", &self.call.name)
            .field("by", &self.by)
            .field("run_id", &self.run_id())
            .field("turn", &self.from.turn)
            .finish_non_exhaustive()
    }
}
