//! Tool calls that need a decision: read, told, decided about, and the run that waits for it.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use fastroai_providers::{Message, ToolOutcome};
use futures_util::FutureExt;
use futures_util::future::join_all;

use super::guarded::Held;
use super::tools::capped;
use super::{Ended, Notice, Opening, Run};
use crate::agent::ToolCallRecord;
use crate::approval::{
    ApprovalRequest, Approver, Decided, Decision, PausedRun, Resumed, Stored, claim,
};
use crate::error::ErrorKind;
use crate::guard::Stage;
use crate::hook::{ApprovalDecision, ApprovalStep};
use crate::run::{Event, HELD_BACK, RunState, Stop, ToolReport, ToolUnit};
use crate::telemetry::events;
use crate::usage_limits::{Used, begin_tools, end_tools};

/// What the model reads where nobody could decide.
const UNDECIDED: &str = "Nobody could decide about this call, and it did not run.";

/// What has come of asking.
pub(super) enum Asked {
    /// All that could be decided here is.
    Decided,
    /// The rest is decided elsewhere, and the run waits for it.
    Elsewhere,
}

/// A run before anything is done.
pub(super) struct Opened {
    pub(super) state: RunState,
    /// What was decided about the calls that wait in it, where it had paused.
    pub(super) decided: Vec<(ToolUnit, Decision)>,
}

impl Run<'_, '_> {
    /// What the run begins with.
    ///
    /// # Errors
    /// Why there is none, and what was said.
    pub(super) fn open(&self, opening: Opening) -> Result<Opened, (String, Vec<Message>)> {
        let state = opening.state(self.spec.clone())?;
        let Some(resumed) = &self.order.resumed else {
            return Ok(Opened { state, decided: Vec::new() });
        };
        match resumed.decided(&state, &self.order.config.name, &self.order.tools) {
            Ok(decided) => {
                self.check.go_on_from(state.rejections());
                Ok(Opened { state, decided })
            }
            Err(why) => Err((why, state.into_closed())),
        }
    }

    /// Says of each of these calls whether its arguments fit; who decides is asked about no others.
    pub(super) async fn read_arguments(
        &self,
        turn: u32,
        units: Vec<ToolUnit>,
        ended: &mut Ended,
    ) -> Option<Stop> {
        for unit in units {
            let index = unit.index;
            let Some(report) = self.unfit(&unit.call) else {
                self.tell_decision(ApprovalStep::Asked, &unit, None);
                ended.feed(Event::Deferred { index });
                continue;
            };
            let stop = self.end_call(turn, &unit, report, ended).await;
            if stop.is_some() {
                return stop;
            }
        }
        None
    }

    /// Has it decided what becomes of these calls, where someone here does.
    pub(super) async fn ask_approval(
        &self,
        turn: u32,
        units: Vec<ToolUnit>,
        ended: &mut Ended,
    ) -> Result<Asked, Stop> {
        let is_asked = |unit: &ToolUnit| !ended.state.is_external(unit.index);
        let Some(approver) = self.scope.approver().filter(|_| units.iter().any(is_asked)) else {
            for unit in units {
                self.sink.tell(|| Notice::ToolCalled(unit.call));
            }
            return Ok(Asked::Elsewhere);
        };
        let asked: Vec<_> = units.into_iter().filter(is_asked).collect();
        let deciding = asked.iter().map(|unit| self.decision(&**approver, unit));
        let decisions = self.scope.guard(join_all(deciding)).await?;
        match self.decide(turn, asked.into_iter().zip(decisions), ended).await {
            None => Ok(Asked::Decided),
            Some(stop) => Err(stop),
        }
    }

    /// What whoever decides says to this call: no, where that fails.
    async fn decision(&self, approver: &dyn Approver, unit: &ToolUnit) -> Decision {
        let call = &unit.call;
        let request = ApprovalRequest::new(&call.id, &call.name, &call.arguments);
        let info = self.info();
        // It may panic before its first await.
        let deciding = async { approver.decide(&request, &info).await };
        match AssertUnwindSafe(deciding).catch_unwind().await {
            Ok(Ok(decision)) => return decision,
            Ok(Err(error)) => events::undecided(self.showing(), &call.name, &error),
            Err(_) => events::approver_panicked(self.showing(), &call.name),
        }
        Decision::deny(UNDECIDED)
    }

    /// Does what was decided about these calls.
    async fn decide(
        &self,
        turn: u32,
        decided: impl Iterator<Item = (ToolUnit, Decision)>,
        ended: &mut Ended,
    ) -> Option<Stop> {
        for (mut unit, Decision { mut decided, by }) in decided {
            let (index, mut by) = (unit.index, by.as_deref());
            if let Decided::Edited(arguments) = &decided
                && self.guarded.look_at(Stage::ToolArguments)
            {
                // As at those of a model.
                let looking = Box::pin(self.guard_arguments(&unit.call.name, arguments));
                match self.scope.guard(looking).await {
                    Ok(Ok(None)) => {}
                    Ok(Ok(Some(replaced))) => decided = Decided::Edited(replaced.text),
                    Ok(Err(Held::Blocked { .. })) => {
                        (decided, by) = (Decided::Denied(HELD_BACK.to_owned()), None);
                    }
                    Ok(Err(failed @ Held::Failed { .. })) => {
                        ended.failure = Some(failed.into());
                        return Some(Stop::Denied);
                    }
                    Err(stop) => return Some(stop),
                }
            }
            if let Decided::Edited(arguments) = &decided {
                let asked = std::mem::replace(&mut unit.call.arguments, arguments.clone());
                if self.unfit(&unit.call).is_some() {
                    unit.call.arguments = asked;
                    decided = Decided::Denied(UNDECIDED.to_owned());
                }
            }
            match decided {
                Decided::Approved => {
                    self.tell_decision(ApprovalStep::Approved, &unit, by);
                    ended.feed(Event::Approved { index, arguments: None });
                }
                Decided::Edited(arguments) => {
                    self.tell_decision(ApprovalStep::Edited, &unit, by);
                    ended.feed(Event::Approved { index, arguments: Some(arguments.into()) });
                }
                Decided::Denied(message) => {
                    self.tell_decision(ApprovalStep::Denied, &unit, by);
                    let report = ToolReport::new(message, ToolOutcome::Failed);
                    let report = match self.pass_result(&unit, report, ended).await {
                        Ok(report) => report,
                        Err(stop) => return Some(stop),
                    };
                    let message = report.content.into();
                    self.answer(turn, &unit, Event::Denied { index, message }, ended);
                }
                Decided::HandedIn(text) => {
                    self.tell_decision(ApprovalStep::HandedIn, &unit, by);
                    let report = ToolReport::new(text, ToolOutcome::Success);
                    let stop = self.end_call(turn, &unit, report, ended).await;
                    if stop.is_some() {
                        return stop;
                    }
                }
            }
        }
        None
    }

    /// Ends a call with what the model reads of it.
    async fn end_call(
        &self,
        turn: u32,
        unit: &ToolUnit,
        report: ToolReport,
        ended: &mut Ended,
    ) -> Option<Stop> {
        match self.pass_result(unit, report, ended).await {
            Ok(report) => {
                let event = Event::ToolDone { index: unit.index, report };
                self.answer(turn, unit, event, ended);
                None
            }
            Err(stop) => Some(stop),
        }
    }

    /// What the model reads of a call, which guards look at as at any result.
    async fn pass_result(
        &self,
        unit: &ToolUnit,
        report: ToolReport,
        ended: &mut Ended,
    ) -> Result<ToolReport, Stop> {
        let looking = self.guard_result(&unit.call.name, capped(report));
        self.scope.guard(looking).await?.map_err(|kind| {
            ended.failure = Some(kind);
            Stop::Denied
        })
    }

    /// Ends a call that does not run here, and tells what the model reads of it.
    fn answer(&self, turn: u32, unit: &ToolUnit, event: Event, ended: &mut Ended) {
        self.sink.tell(|| Notice::ToolCalled(unit.call.clone()));
        ended.feed(event);
        // Where that was the last call, the transcript has it by now.
        let Some(result) = ended.state.result(unit.index) else { return };
        let record = ToolCallRecord::new(unit, turn, 0, result.outcome, Duration::ZERO);
        ended.tool_calls.push(record);
        self.sink.tell(|| Notice::ToolDone(result));
    }

    fn tell_decision(&self, step: ApprovalStep, unit: &ToolUnit, by: Option<&str>) {
        let hooks = self.scope.hooks();
        if hooks.is_empty() {
            return;
        }
        let ToolUnit { call, .. } = unit;
        let decision = ApprovalDecision {
            step,
            tool: &call.name,
            call_id: &call.id,
            arguments: &call.arguments,
            by,
        };
        hooks.decided(&self.info(), &decision);
    }

    /// Takes up a paused run where it was.
    pub(super) async fn take_up(
        &self,
        resumed: &Resumed,
        decided: Vec<(ToolUnit, Decision)>,
        ended: &mut Ended,
    ) -> Option<Stop> {
        ended.tool_calls.clone_from(&resumed.tool_calls);
        ended.requests = resumed.requests;
        ended.hidden = ended.state.hidden().to_vec();
        let is_handed_in = |(_, decision): &&(ToolUnit, Decision)| {
            matches!(decision.decided, Decided::HandedIn(_))
        };
        let handed_in = decided.iter().filter(is_handed_in).count() as u64;
        let tallies = self.scope.tallies();
        // Before it is claimed: what may not begin is not used up.
        if let Err(exceeded) = begin_tools(tallies, handed_in) {
            ended.failure = Some(exceeded.into());
            return Some(Stop::Denied);
        }
        let claiming = claim(&resumed.id, self.scope.runtime().claims());
        let stop = match self.scope.guard(claiming).await {
            Ok(Ok(true)) => None,
            Ok(Ok(false)) => Some((Stop::Denied, Some(ErrorKind::AlreadyResumed))),
            Ok(Err(error)) => Some((Stop::Denied, Some(ErrorKind::Claim(error)))),
            Err(stop) => Some((stop, None)),
        };
        if let Some((stop, failure)) = stop {
            end_tools(tallies, handed_in);
            ended.failure = failure;
            return Some(stop);
        }
        self.decide(ended.state.turn(), decided.into_iter(), ended).await
    }

    /// The run as it waits.
    pub(super) fn pause(&self, ended: &Ended) -> ErrorKind {
        let (agent, run_id) = (&self.order.config.name, &self.order.run_id);
        let bill = self.scope.meter().bill();
        let usage = bill.usage();
        let counted = || Used {
            requests: bill.requests() as u64,
            tool_calls: ended.state.tool_calls(),
            input: usage.input_tokens.unwrap_or(0),
            output: usage.output_tokens.unwrap_or(0),
        };
        let waiting = Stored {
            labels: (**self.scope.labels()).clone(),
            tool_calls: ended.tool_calls.clone(),
            requests: ended.requests,
            used: self.scope.used().unwrap_or_else(counted),
            ..Stored::new(run_id, agent, ended.state.clone(), bill)
        };
        ErrorKind::Paused(PausedRun::of(waiting))
    }
}
