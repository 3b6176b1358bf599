//! Tool calls that need a decision: read, told, decided about, and the run that waits for it.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use fastroai_providers::ToolOutcome;
use futures_util::FutureExt;
use futures_util::future::join_all;

use super::tools::capped;
use super::{Ended, Notice, Run};
use crate::agent::ToolCallRecord;
use crate::approval::{
    ApprovalRequest, Approver, Decided, Decision, PausedRun, Resumed, Stored, claim,
};
use crate::error::ErrorKind;
use crate::hook::{ApprovalDecision, ApprovalStep, RunInfo};
use crate::money::Bill;
use crate::run::{Event, Stop, ToolReport, ToolUnit};
use crate::telemetry::events;
use crate::usage_limits::{Used, begin_tools};

/// What the model reads where nobody could decide.
const UNDECIDED: &str = "Nobody could decide about this call, and it did not run.";

/// What has come of asking.
pub(super) enum Asked {
    /// All that could be decided here is.
    Decided,
    /// The rest is decided elsewhere, and the run waits for it.
    Elsewhere,
}

impl Run<'_, '_> {
    fn info(&self) -> RunInfo<'_> {
        RunInfo { scope: &self.scope, agent: &self.order.config.name, run_id: &self.order.run_id }
    }

    /// Says of each of these calls whether its arguments fit; who decides is asked about no others.
    pub(super) fn read_arguments(&self, turn: u32, units: Vec<ToolUnit>, ended: &mut Ended) {
        for unit in units {
            let index = unit.index;
            match self.unfit(&unit.call) {
                None => {
                    self.tell_decision(ApprovalStep::Asked, &unit, None);
                    ended.feed(Event::Deferred { index });
                }
                Some(report) => {
                    self.answer(turn, &unit, Event::ToolDone { index, report }, ended);
                }
            }
        }
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
        for (unit, Decision { decided, by }) in asked.into_iter().zip(decisions) {
            self.decide(turn, unit, decided, by.as_deref(), ended);
        }
        Ok(Asked::Decided)
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

    /// Does what was decided about a call.
    fn decide(
        &self,
        turn: u32,
        mut unit: ToolUnit,
        decided: Decided,
        by: Option<&str>,
        ended: &mut Ended,
    ) {
        let index = unit.index;
        match decided {
            Decided::Approved => {
                self.tell_decision(ApprovalStep::Approved, &unit, by);
                ended.feed(Event::Approved { index, arguments: None });
            }
            Decided::Edited(arguments) => {
                unit.call.arguments = arguments;
                if self.unfit(&unit.call).is_some() {
                    return self.decide(turn, unit, Decided::Denied(UNDECIDED.into()), by, ended);
                }
                self.tell_decision(ApprovalStep::Edited, &unit, by);
                let arguments = Some(unit.call.arguments.into());
                ended.feed(Event::Approved { index, arguments });
            }
            Decided::Denied(message) => {
                self.tell_decision(ApprovalStep::Denied, &unit, by);
                self.answer(turn, &unit, Event::Denied { index, message: message.into() }, ended);
            }
            // It comes from outside: it is taken up, and decided about by nobody here.
            Decided::HandedIn(_) => {}
        }
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

    /// Takes up a paused run where it was; `false` where it ends here.
    pub(super) async fn take_up(
        &self,
        resumed: &Resumed,
        decided: Vec<(ToolUnit, Decided)>,
        ended: &mut Ended,
    ) -> bool {
        let turn = ended.state.turn();
        ended.tool_calls.clone_from(&resumed.tool_calls);
        ended.requests = resumed.requests;
        ended.hidden = ended.state.hidden().to_vec();
        let handed_in = |(_, decided): &&(_, Decided)| matches!(decided, Decided::HandedIn(_));
        let handed_in = decided.iter().filter(handed_in).count() as u64;
        let failure =
            match self.scope.guard(claim(&resumed.id, self.scope.runtime().claims())).await {
                Ok(Ok(true)) => match begin_tools(self.scope.tallies(), handed_in) {
                    Ok(()) => None,
                    Err(exceeded) => {
                        ended.failure = Some(exceeded.into());
                        Some(Stop::Denied)
                    }
                },
                Ok(Ok(false)) => {
                    ended.failure = Some(ErrorKind::AlreadyResumed);
                    return false;
                }
                Ok(Err(error)) => {
                    ended.failure = Some(ErrorKind::Claim(error));
                    return false;
                }
                Err(stop) => Some(stop),
            };
        if let Some(stop) = failure {
            ended.feed(Event::Stopped { stop, partial: None });
            return true;
        }
        for (unit, decided) in decided {
            let Decided::HandedIn(text) = decided else {
                self.decide(turn, unit, decided, resumed.by(), ended);
                continue;
            };
            self.tell_decision(ApprovalStep::HandedIn, &unit, resumed.by());
            let stop = match self.handed_in(&unit, text).await {
                Ok(Ok(report)) => {
                    let event = Event::ToolDone { index: unit.index, report };
                    self.answer(turn, &unit, event, ended);
                    continue;
                }
                Ok(Err(kind)) => {
                    ended.failure = Some(kind);
                    Stop::Denied
                }
                Err(stop) => stop,
            };
            ended.feed(Event::Stopped { stop, partial: None });
            break;
        }
        true
    }

    /// What the model reads of a result from elsewhere, which guards look at as at any other.
    async fn handed_in(
        &self,
        unit: &ToolUnit,
        text: String,
    ) -> Result<Result<ToolReport, ErrorKind>, Stop> {
        let report = capped(ToolReport::new(text, ToolOutcome::Success));
        self.scope.guard(self.guard_result(&unit.call.name, report)).await
    }

    /// The run as it waits.
    pub(super) fn pause(&self, ended: &Ended, bill: &Bill) -> PausedRun {
        let (agent, run_id) = (&self.order.config.name, &self.order.run_id);
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
            ..Stored::new(run_id, agent, ended.state.clone(), bill.clone())
        };
        PausedRun::of(waiting)
    }
}
