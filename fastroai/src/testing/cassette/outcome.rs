//! How the runs of a recorded test went.

use serde::{Deserialize, Serialize};

use crate::testing::Transcript;

/// What must not change from one playing to the next: the tools, their order, and the cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::testing) struct RunOutcome {
    agent: String,
    tools: Vec<String>,
    cost: String,
}

impl RunOutcome {
    pub(in crate::testing) fn of(run: &Transcript) -> Self {
        Self {
            agent: run.agent.clone(),
            tools: run.tool_calls().into_iter().map(|call| call.name.clone()).collect(),
            cost: run.bill.total().to_string(),
        }
    }
}
