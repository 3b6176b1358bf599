//! What becomes of an answer: taken, not taken, or none at all.

use fastroai_providers::{FinishReason, Message, ToolOutcome};

use super::super::event::ToolReport;
use super::super::reason::Reason;
use super::super::spec::{EndStrategy, OutputMode};
use super::super::tools::Calls;
use super::super::work::{End, Failure};
use super::{Phase, RunState, cut_by};

impl RunState {
    /// An empty answer is asked for again once; where it was cut that would not help.
    pub(super) fn empty(&mut self, finish: &FinishReason) {
        if let Some(failure) = cut_by(finish) {
            self.fail(failure);
        } else if self.spec.optional {
            self.phase = match self.spec.output {
                OutputMode::Text => Phase::Ended(End::Answered { text: String::new() }),
                _ => Phase::Check { text: String::new(), output: None, cut: None },
            };
        } else if self.emptied {
            self.fail(Failure::Empty);
        } else {
            self.emptied = true;
            let untooled = self.spec.tools.iter().all(|tool| self.hidden.contains(&tool.name));
            let told = match (self.spec.output, untooled) {
                (OutputMode::Tool, _) => "Your answer was empty: call a tool.",
                (_, true) => "Your answer was empty: answer in text.",
                (_, false) => "Your answer was empty: answer in text, or call a tool.",
            };
            self.messages.push(Message::correction(told));
            self.ask();
        }
    }

    /// The answer of a call is taken; the others are only looked at where all are to be.
    pub(super) fn accepted(&mut self, text: String, mut calls: Calls, index: usize) {
        let told = if calls.accept(text) {
            "Taken as the answer."
        } else {
            "Not taken: there was an answer before it."
        };
        let report = ToolReport::new(told, ToolOutcome::Success);
        calls.report(index, report, &self.spec, &mut self.repeats);
        self.end_with(calls);
    }

    /// Ends with the answer among these calls, after all that are to be looked at.
    fn end_with(&mut self, mut calls: Calls) {
        if self.spec.end_strategy == EndStrategy::Exhaustive
            && let Some((index, text, cut)) = calls.unchecked_output(&self.spec)
        {
            self.phase = Phase::Check { text, output: Some((calls, index)), cut };
            return;
        }
        let not_needed = ToolReport::new("Not needed: there is an answer.", ToolOutcome::Success);
        calls.report_outputs(&self.spec, &not_needed);
        let not_run = ToolReport::new("Not run: there is an answer.", ToolOutcome::Interrupted);
        calls.report_rest(&not_run);
        let text = calls.take_answer().unwrap_or_default();
        self.messages.push(calls.into_message());
        self.phase = Phase::Ended(End::Answered { text });
    }

    pub(super) fn rejected(
        &mut self,
        output: Option<(Calls, usize)>,
        cut: Option<Failure>,
        reason: Reason,
    ) {
        let told =
            format!("The answer does not fit: {}. Answer again with all of it.", reason.as_str());
        let report = |told| ToolReport::new(told, ToolOutcome::Retry);
        let output = match output {
            Some((mut calls, index)) if calls.has_answer() => {
                calls.report(index, report(told), &self.spec, &mut self.repeats);
                return self.end_with(calls);
            }
            output => output,
        };
        self.rejections = self.rejections.saturating_add(1);
        let last = self.rejections >= self.spec.output_attempts;
        if let Some((mut calls, index)) = output {
            calls.report(index, report(told), &self.spec, &mut self.repeats);
            if let Some(failure) = cut {
                self.messages.push(calls.into_message());
                return self.fail(failure);
            }
            if last && calls.unchecked_output(&self.spec).is_none() {
                self.messages.push(calls.into_message());
            } else if self.spec.end_strategy == EndStrategy::Early {
                self.take_up(calls);
            } else {
                self.go_on(calls);
            }
        } else if let Some(failure) = cut {
            return self.fail(failure);
        } else if !last {
            self.messages.push(Message::correction(told));
            self.ask();
        }
        if last && !matches!(self.phase, Phase::Check { .. }) {
            self.fail(Failure::OutputInvalid { attempts: self.rejections, reason });
        }
    }
}
