//! The calls that need a decision.

use fastroai_providers::{Response, ToolOutcome};

use super::super::event::{EditedArguments, ToolReport};
use super::super::held::Stage;
use super::super::repeats::Repeats;
use super::super::spec::RunSpec;
use super::super::work::Work;
use super::{Calls, is_output, refuse, tool};
use crate::tool::ToolApproval;

/// What the model reads of a call that was none of a tool when the run paused.
const UNASKED: &str = "The tools have changed, and this call did not run: make it again.";

impl Calls {
    /// Keeps the calls back that need a decision.
    pub(super) fn hold(&mut self, spec: &RunSpec) {
        for (index, call) in self.asked.iter().enumerate() {
            let needs_one = tool(spec, &call.name).is_some_and(|it| !it.approval.is_never());
            let is_open = self.reports.get(index).is_some_and(Option::is_none);
            if needs_one && is_open && !is_output(call, spec) {
                self.held.set(index, Stage::Unread);
            }
        }
    }

    /// What is to be done about these calls: the arguments are read before anything runs, and who
    /// decides is asked when all else has ended.
    pub(in super::super) fn work(&self, spec: &RunSpec) -> Work {
        let turn = self.turn;
        if self.held.has(Stage::Unread) {
            return Work::Arguments { turn, units: self.units(self.held.at(&[Stage::Unread])) };
        }
        if self.unended == 0 && self.held.is_waiting() {
            let waiting = self.held.at(&[Stage::Asked, Stage::External]);
            return Work::AwaitApproval { turn, units: self.units(waiting) };
        }
        Work::Tools { turn, units: self.batch(spec) }
    }

    /// Whether this call can have ended now.
    pub(in super::super) fn can_end(&self, index: usize, spec: &RunSpec) -> bool {
        match self.held.stage(index) {
            Some(Stage::Unread) => true,
            Some(Stage::Asked) => false,
            _ if self.held.has(Stage::Unread) => false,
            Some(Stage::External) => true,
            _ => self.runs(index, spec),
        }
    }

    /// Whether it can be said now that this call's arguments fit.
    pub(in super::super) fn can_defer(&self, index: usize) -> bool {
        self.held.stage(index) == Some(Stage::Unread)
    }

    /// Its arguments fit. For what it waits is what its tool needs now; a tool that needs nothing
    /// any more still needs it for a call that waits.
    pub(in super::super) fn defer(&mut self, index: usize, spec: &RunSpec) {
        let tool = self.asked.get(index).and_then(|call| tool(spec, &call.name));
        let stage = match tool.map(|tool| tool.approval) {
            Some(ToolApproval::External) => Stage::External,
            _ => Stage::Asked,
        };
        self.held.set(index, stage);
    }

    /// Whether every call without a result waits for someone outside, as where a run pauses.
    pub(in super::super) fn all_wait(&self, spec: &RunSpec) -> bool {
        let mut open = (0..self.asked.len()).filter(|index| self.is_open(*index, spec));
        open.all(|index| self.is_outside(index))
    }

    fn is_outside(&self, index: usize) -> bool {
        matches!(self.held.stage(index), Some(Stage::Asked | Stage::External))
    }

    /// Looks at all calls by other rules than those by which they came to wait. A call that only these
    /// let run was not asked about: it does not.
    pub(in super::super) fn look_again(&mut self, spec: &RunSpec) {
        for index in 0..self.asked.len() {
            if self.is_outside(index) {
                self.defer(index, spec);
            } else if self.is_open(index, spec) {
                let unasked = || ToolReport::new(UNASKED, ToolOutcome::Retry);
                let told = self.asked.get(index).and_then(|call| refuse(call, spec, None));
                if let Some(slot) = self.reports.get_mut(index) {
                    *slot = Some(told.unwrap_or_else(unasked));
                }
            }
        }
    }

    /// Whether this call waits for its result, rather than to be approved.
    pub(in super::super) fn is_external(&self, index: usize) -> bool {
        self.held.stage(index) == Some(Stage::External)
    }

    /// Whether this call can be approved now.
    pub(in super::super) fn can_approve(&self, index: usize) -> bool {
        let is_asked = self.held.stage(index) == Some(Stage::Asked);
        is_asked && self.unended == 0 && !self.held.has(Stage::Unread)
    }

    /// Whether it can be said now that this call does not run.
    pub(in super::super) fn can_deny(&self, index: usize) -> bool {
        let is_left_out = self.is_external(index) && !self.held.has(Stage::Unread);
        is_left_out || self.can_approve(index)
    }

    /// Lets a call run.
    pub(in super::super) fn approve(
        &mut self,
        index: usize,
        edited: Option<EditedArguments>,
        spec: &RunSpec,
    ) {
        let stage = if edited.is_some() { Stage::Edited } else { Stage::Approved };
        if let (Some(edited), Some(call)) = (edited, self.asked.get_mut(index)) {
            call.arguments = edited.into_string();
        }
        self.held.set(index, stage);
        self.go_on(spec);
    }

    /// Ends a call that is not to run; the model reads why.
    pub(in super::super) fn deny(
        &mut self,
        index: usize,
        message: &str,
        spec: &RunSpec,
        repeats: &mut Repeats,
    ) {
        let report = ToolReport::new(message, ToolOutcome::Failed);
        self.report(index, report, spec, repeats);
    }

    /// Whether an answer stands there that is still to be checked, as it was stored.
    pub(in super::super) fn is_answer(&self, index: usize, spec: &RunSpec) -> bool {
        let is_open = self.reports.get(index).is_some_and(Option::is_none);
        is_open && self.asked.get(index).is_some_and(|call| is_output(call, spec))
    }

    /// Whether these can be the calls of this reply, as they were stored.
    pub(in super::super) fn are_sound(&self, reply: Option<&Response>, spec: &RunSpec) -> bool {
        let count = self.asked.len();
        let is_there = |index: Option<usize>| index.is_none_or(|index| index < count);
        let asked = self.asked.iter().map(|call| (&call.id, &call.name));
        let of_reply = reply.into_iter().flat_map(Response::tool_calls);
        asked.eq(of_reply.map(|call| (&call.id, &call.name)))
            && self.reports.len() == count
            && self.running.start <= self.running.end
            && self.running.end <= count
            && self.unended == self.batch(spec).len()
            && is_there(self.cut.as_ref().map(|(index, _)| *index))
            && is_there(self.looping)
            && self.held.all().all(|index| self.is_open(index, spec))
    }
}
