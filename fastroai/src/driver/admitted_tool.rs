//! What an attempt at a tool passes before it starts.

use fastroai_providers::ToolCall;

use super::Run;
use crate::error::ErrorKind;
use crate::hook::{DeniedBy, Permits, Stopped, ToolUse, Waiting};
use crate::money::{Cost, Line};
use crate::telemetry::events;
use crate::tool::{ToolCost, ToolOptions};

impl Run<'_, '_> {
    /// Passes the accounts and then the hooks, and pays what the attempt costs; `Ok(Err(_))` is what
    /// the model is told in place of a result.
    ///
    /// As with a model, nothing waits for a hook while it holds money.
    pub(super) async fn admit_tool(
        &self,
        call: &ToolCall,
        options: ToolOptions,
        turn: u32,
        attempt: u32,
    ) -> Result<Result<(Permits, Option<Cost>), String>, ErrorKind> {
        let cost = match options.cost {
            ToolCost::Each(cost) => Some(cost),
            _ => None,
        };
        if self.scope.hooks().is_empty() && cost.is_none() {
            return Ok(Ok((Permits::none(), None)));
        }
        Box::pin(self.pass_tool(call, options, turn, attempt, cost)).await
    }

    async fn pass_tool(
        &self,
        call: &ToolCall,
        options: ToolOptions,
        turn: u32,
        attempt: u32,
        cost: Option<Cost>,
    ) -> Result<Result<(Permits, Option<Cost>), String>, ErrorKind> {
        let hooks = self.scope.hooks();
        let mut waiting = Waiting::default();
        loop {
            let holds = match cost {
                Some(cost) => self.scope.set_aside(cost).await?,
                None => Vec::new(),
            };
            let permits = if hooks.is_empty() {
                Permits::none()
            } else {
                let mut used = ToolUse::new(self.origin(turn, attempt), call, options);
                match hooks.before_tool(&mut used, &mut waiting, self.scope.deadline()) {
                    Ok(Ok(permits)) => permits,
                    Ok(Err(pause)) => {
                        drop(used);
                        drop(holds);
                        events::tool_waits();
                        match pause.over(&mut waiting).await {
                            Ok(()) => continue,
                            Err(stopped) => return self.refused(stopped, turn, call).map(Err),
                        }
                    }
                    Err(stopped) => return self.refused(stopped, turn, call).map(Err),
                }
            };
            if let Some(cost) = cost {
                self.scope.pay(holds, Line::tool(turn, attempt, &call.name, cost), cost);
            }
            return Ok(Ok((permits, cost)));
        }
    }

    /// What the model is told of a tool that does not run, where the run goes on.
    fn refused(&self, stopped: Stopped, turn: u32, call: &ToolCall) -> Result<String, ErrorKind> {
        match stopped {
            Stopped::Denied { hook, mut denied } => {
                self.tell_denied(turn, call, DeniedBy::Hook(&hook));
                denied.told().ok_or(ErrorKind::Denied { hook, denied })
            }
            stopped @ Stopped::Panicked { .. } => Err(stopped.into()),
        }
    }
}
