//! Tools that a run does not have, since they need what it is not granted or are for roles that nobody has here.

use fastroai_providers::ToolCall;

use super::{Order, Run};
use crate::hook::{DeniedBy, ToolDenied};
use crate::scope::Scope;
use crate::telemetry::events;
use crate::tool::BoundTool;

impl Order<'_> {
    /// Takes them out from the start: they are in no request, no count and no sentence.
    pub(super) fn withhold(&mut self, scope: &Scope) {
        let Self { tools, withheld, config, .. } = self;
        tools.retain(|tool| {
            let why = scope.withholds(&tool.options(), &config.grants);
            let Some(why) = why else { return true };
            let tool = tool.definition().name.clone();
            events::tool_withheld(scope.emitter(), &tool, why);
            withheld.push((tool, why));
            false
        });
    }
}

impl Run<'_, '_> {
    /// Whether a call of this tool may be made, asked once more right before it is, of what the tool says now; all hooks
    /// are told where not.
    pub(super) fn may_use(&self, tool: &BoundTool<'_>, turn: u32, call: &ToolCall) -> bool {
        let why = self.scope.withholds(&tool.options(), &self.order.config.grants);
        if let Some(why) = why {
            self.tell_denied(turn, call, why);
        }
        why.is_none()
    }

    /// Tells all hooks of a call of a tool that was withheld, which is answered as that of a tool that does not exist.
    pub(super) fn tell_withheld(&self, turn: u32, call: &ToolCall) {
        let mut withheld = self.order.withheld.iter();
        if let Some((_, why)) = withheld.find(|(name, _)| *name == call.name) {
            self.tell_denied(turn, call, *why);
        }
    }

    pub(super) fn tell_denied(&self, turn: u32, call: &ToolCall, by: DeniedBy<'_>) {
        self.scope.hooks().tool_denied(&ToolDenied { from: self.origin(turn, 0), call, by });
    }
}
