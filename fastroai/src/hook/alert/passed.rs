//! An alert as it may be written down.

use super::Alert;
use crate::emitted::Emitter;

impl Alert {
    /// The same with names, ids and reasons that have passed the one way out for texts: who set them
    /// may have been anyone.
    pub(super) fn passed(mut self) -> Self {
        let emitter = Emitter::standard();
        let name = |name: &mut String| *name = emitter.name(name).to_string();
        let id = |id: &mut String| *id = emitter.id(id).to_string();
        match &mut self {
            Self::Budget { account, .. } => name(account),
            Self::BudgetRefused { refusal } => name(&mut refusal.account),
            Self::SpendSpike { .. } => {}
            Self::RepeatedToolCall { run_id, agent, tool, .. } => {
                id(run_id);
                name(agent);
                name(tool);
            }
            Self::GuardHit { run_id, agent, decided } => {
                id(run_id);
                name(agent);
                name(&mut decided.guard);
                decided.tool.as_mut().map(name);
                decided.reason = emitter.name(&decided.reason).to_string().into();
            }
        }
        self
    }
}
