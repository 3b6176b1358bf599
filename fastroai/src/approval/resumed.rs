//! A paused run that is gone on from.

use std::collections::BTreeMap;

use super::approver::Decision;
use super::decisions::{Decided, Decisions};
use super::paused::{PausedRun, Stored};
use crate::agent::{Labels, ToolCallRecord};
use crate::money::Bill;
use crate::run::{RunState, ToolUnit};
use crate::tool::BoundTool;
use crate::usage_limits::Used;

/// A paused run that is gone on from, without its state.
pub(crate) struct Resumed {
    pub(crate) id: String,
    pub(crate) run_id: String,
    pub(crate) labels: Labels,
    pub(crate) tool_calls: Vec<ToolCallRecord>,
    pub(crate) requests: u32,
    pub(crate) before: Before,
    agent: String,
    decisions: Decisions,
}

/// What a run had used before it paused.
#[derive(Clone, Default)]
pub(crate) struct Before {
    pub(crate) bill: Bill,
    pub(crate) used: Used,
}

impl Resumed {
    pub(crate) fn new(paused: PausedRun, decisions: Decisions) -> (Self, RunState) {
        let stored = paused.into_stored();
        let Stored { id, run_id, agent, state, bill, labels, tool_calls, requests, used, .. } =
            stored;
        let before = Before { bill, used };
        let resumed = Self { id, run_id, labels, tool_calls, requests, before, agent, decisions };
        (resumed, state)
    }

    /// The calls that wait, each with the one decision about it.
    ///
    /// # Errors
    /// Where these are no decisions about these calls, in words that hold no content.
    pub(crate) fn decided(
        &self,
        state: &RunState,
        agent: &str,
        tools: &[BoundTool<'_>],
    ) -> Result<Vec<(ToolUnit, Decision)>, String> {
        if agent != self.agent {
            return Err(format!(
                "the paused run is one of the agent `{}`, and not of `{}`: resume it with that one",
                self.agent.escape_debug(),
                agent.escape_debug()
            ));
        }
        let waiting = state.waiting();
        let mut made: BTreeMap<&str, &Decided> = BTreeMap::new();
        for (id, decided) in &self.decisions.made {
            let shown = id.escape_debug();
            if !waiting.iter().any(|unit| unit.call.id == *id) {
                return Err(format!(
                    "there is a decision about the call `{shown}`, and no such call waits: decide about those in `requests()`"
                ));
            }
            if made.insert(id, decided).is_some() {
                return Err(format!("there are two decisions about the call `{shown}`: make one"));
            }
        }
        let mut all = Vec::new();
        for unit in waiting {
            let Some(decided) = made.remove(unit.call.id.as_str()) else {
                return Err(format!(
                    "there is no decision about the call `{}`: decide about all in `requests()`",
                    unit.call.id.escape_debug()
                ));
            };
            self.is_as_shown(&unit)?;
            fits(&unit, decided, state.is_external(unit.index), tools)?;
            let (decided, by) = (decided.clone(), self.decisions.by.clone());
            all.push((unit, Decision { decided, by }));
        }
        Ok(all)
    }

    /// Whether a call is the one that was approved, where that was as it was shown.
    fn is_as_shown(&self, unit: &ToolUnit) -> Result<(), String> {
        let call = &unit.call;
        let mut shown = self.decisions.shown.iter().filter(|shown| shown.call_id == call.id);
        if shown.all(|shown| shown.tool == call.name && shown.arguments == call.arguments) {
            return Ok(());
        }
        Err(format!(
            "another call waits as `{}` than the one that was approved: show it again, and decide anew",
            call.id.escape_debug()
        ))
    }
}

/// Whether this can be decided about this call.
fn fits(
    unit: &ToolUnit,
    decided: &Decided,
    is_external: bool,
    tools: &[BoundTool<'_>],
) -> Result<(), String> {
    let (call, tool) = (unit.call.id.escape_debug(), unit.call.name.escape_debug());
    let Some(found) = tools.iter().find(|it| it.definition().name == unit.call.name) else {
        return Err(format!(
            "the call `{call}` waits for the tool `{tool}`, which the agent has no longer: give it the tool, or go on from the history"
        ));
    };
    match (decided, is_external) {
        (Decided::Denied(_), _) | (Decided::Approved, false) | (Decided::HandedIn(_), true) => {
            Ok(())
        }
        (Decided::Edited(arguments), false) => {
            // What does not fit may stand in the reason.
            found.fits(arguments).map_err(|_| {
                format!(
                    "the arguments that the call `{call}` was approved with do not fit the tool `{tool}`: give it some that do"
                )
            })
        }
        (Decided::HandedIn(_), false) => Err(format!(
            "the call `{call}` waits to be approved, and not for its result: approve or deny it"
        )),
        (Decided::Approved | Decided::Edited(_), true) => Err(format!(
            "the call `{call}` waits for its result, as `{tool}` runs elsewhere: hand the result in, or deny it"
        )),
    }
}
