//! One reply's tool calls, from the model's wish to the results in its order.

mod decided;

use std::collections::BTreeMap;
use std::ops::Range;

use fastroai_providers::{Message, Response, ToolCall, ToolOutcome, ToolResult};
use serde::{Deserialize, Serialize};

use super::event::ToolReport;
use super::held::{Held, Stage};
use super::output::OUTPUT_TOOL;
use super::repair::interrupted;
use super::repeats::{Repeats, Verdict};
use super::spec::{RunSpec, ToolSpec};
use super::state::cut_by;
use super::work::{Failure, ToolUnit};

/// What the model reads of a call that a guard holds back.
pub(crate) const HELD_BACK: &str =
    "A guard withheld the arguments of this call, and the tool did not run.";

/// How often in a row a tool's calls were to be corrected, and how often because of time alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Corrections {
    all: u32,
    timeouts: u32,
}

/// The calls of one reply and what has come of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Calls {
    turn: u32,
    asked: Vec<ToolCall>,
    reports: Vec<Option<ToolReport>>,
    /// The place of a call whose arguments were cut, and by what.
    cut: Option<(usize, Failure)>,
    /// The places of the calls that run now, and how many of them have not ended.
    running: Range<usize>,
    unended: usize,
    /// The place of the first call that was told that it goes round in circles, and went on.
    looping: Option<usize>,
    /// The first answer among them that was accepted.
    answer: Option<String>,
    /// Those that need a decision.
    held: Held,
}

impl Calls {
    /// The calls of this turn's reply; those that cannot run, or that a guard holds back, are
    /// answered at once.
    pub(super) fn of(
        reply: &Response,
        turn: u32,
        spec: &RunSpec,
        held_back: &[usize],
        repeats: &mut Repeats,
    ) -> Self {
        let asked: Vec<ToolCall> = reply.tool_calls().cloned().collect();
        let cut = cut(&asked).zip(cut_by(&reply.finish_reason));
        let cut_at = |at| cut.as_ref().filter(|(index, _)| *index == at).map(|(_, why)| why);
        let refused = |(index, call)| {
            let held =
                held_back.contains(&index).then(|| ToolReport::new(HELD_BACK, ToolOutcome::Failed));
            held.or_else(|| refuse(call, spec, cut_at(index)))
        };
        let refused: Vec<_> = asked.iter().enumerate().map(refused).collect();
        let reports = vec![None; asked.len()];
        let mut calls = Self {
            turn,
            asked,
            reports,
            cut,
            running: 0..0,
            unended: 0,
            looping: None,
            answer: None,
            held: Held::default(),
        };
        for (index, report) in refused.into_iter().enumerate() {
            if let Some(report) = report {
                calls.report(index, report, spec, repeats);
            }
        }
        calls.hold(spec);
        calls.go_on(spec);
        calls
    }

    pub(super) fn is_empty(&self) -> bool {
        self.asked.is_empty()
    }

    /// How many tools are to run, those included that need a decision; handing in an answer is none.
    pub(super) fn to_run(&self, spec: &RunSpec) -> usize {
        (0..self.asked.len()).filter(|index| self.is_open(*index, spec)).count()
    }

    /// How many tools went well.
    pub(super) fn succeeded(&self, spec: &RunSpec) -> usize {
        let calls = self.asked.iter().zip(&self.reports);
        calls
            .filter(|(call, report)| {
                let went_well = |report: &ToolReport| report.outcome == ToolOutcome::Success;
                report.as_ref().is_some_and(went_well) && !is_output(call, spec)
            })
            .count()
    }

    /// The calls that run now and have not ended.
    pub(super) fn batch(&self, spec: &RunSpec) -> Vec<ToolUnit> {
        self.units(self.running.clone().filter(|index| self.runs(*index, spec)))
    }

    fn units(&self, places: impl Iterator<Item = usize>) -> Vec<ToolUnit> {
        places
            .filter_map(|index| Some(ToolUnit { index, call: self.asked.get(index)?.clone() }))
            .collect()
    }

    /// Whether this call is one of those that run now.
    pub(super) fn runs(&self, index: usize, spec: &RunSpec) -> bool {
        self.running.contains(&index) && self.waits(index, spec)
    }

    /// Whether a tool is still to run, or to be decided about.
    pub(super) fn is_running(&self) -> bool {
        self.unended > 0 || self.held.is_waiting()
    }

    /// Chooses what runs next: all up to the next sequential call, or that one alone.
    fn go_on(&mut self, spec: &RunSpec) {
        let waiting =
            |from: usize| (from..self.asked.len()).filter(|index| self.waits(*index, spec));
        let alone = |index: &usize| {
            self.asked
                .get(*index)
                .and_then(|call| tool(spec, &call.name))
                .is_some_and(|tool| tool.sequential)
        };
        let end = self.asked.len();
        let first = waiting(0).next().unwrap_or(end);
        let end = if alone(&first) { first + 1 } else { waiting(first).find(alone).unwrap_or(end) };
        self.unended = waiting(first).take_while(|index| *index < end).count();
        self.running = first..end;
    }

    /// Whether this call asks for a tool that may run, and has no result yet.
    fn waits(&self, index: usize, spec: &RunSpec) -> bool {
        self.is_open(index, spec) && !self.held.keeps(index)
    }

    /// Whether this call asks for a tool and has no result yet.
    fn is_open(&self, index: usize, spec: &RunSpec) -> bool {
        self.reports.get(index).is_some_and(Option::is_none)
            && self.asked.get(index).is_some_and(|call| !is_output(call, spec))
    }

    /// The first answer among the calls that is still to be checked, and what cut it, if
    /// something did.
    pub(super) fn unchecked_output(
        &self,
        spec: &RunSpec,
    ) -> Option<(usize, String, Option<Failure>)> {
        let open = self.asked.iter().zip(&self.reports).enumerate();
        let mut open = open.filter(|(_, (_, report))| report.is_none());
        open.find_map(|(index, (call, _))| {
            let tool = spec.output_tool(&call.name)?;
            let cut = self.cut.clone().filter(|(at, _)| *at == index).map(|(_, why)| why);
            Some((index, tool.answer(&call.arguments), cut))
        })
    }

    /// Keeps an answer that was accepted, and says whether it is the first.
    pub(super) fn accept(&mut self, text: String) -> bool {
        let is_first = self.answer.is_none();
        self.answer.get_or_insert(text);
        is_first
    }

    pub(super) fn has_answer(&self) -> bool {
        self.answer.is_some()
    }

    pub(super) fn take_answer(&mut self) -> Option<String> {
        self.answer.take()
    }

    /// Whether a tool asks for another call.
    pub(super) fn asks_again(&self, spec: &RunSpec) -> bool {
        let mut calls = self.asked.iter().zip(&self.reports);
        calls.any(|(call, report)| {
            report.as_ref().is_some_and(|report| report.outcome == ToolOutcome::Retry)
                && tool(spec, &call.name).is_some()
        })
    }

    /// Takes what came of a call.
    pub(super) fn report(
        &mut self,
        index: usize,
        report: ToolReport,
        spec: &RunSpec,
        repeats: &mut Repeats,
    ) {
        let ran = self.runs(index, spec);
        let mut report = self.noted(index, report, spec, repeats);
        if self.held.release(index) == Some(Stage::Edited)
            && let Some(call) = self.asked.get(index)
        {
            let note = "\n(It was approved with these arguments in place of yours: ";
            report.content.extend([note, &call.arguments, ")"]);
        }
        if let Some(slot) = self.reports.get_mut(index) {
            slot.get_or_insert(report);
        }
        if ran {
            self.unended = self.unended.saturating_sub(1);
        }
        if self.unended == 0 && (ran || !self.held.is_empty()) {
            self.go_on(spec);
        }
    }

    /// Counts repetitions. An answer has a limit of its own; a tool that does not exist can be
    /// called in circles too.
    fn noted(
        &mut self,
        index: usize,
        mut report: ToolReport,
        spec: &RunSpec,
        repeats: &mut Repeats,
    ) -> ToolReport {
        let Some(call) = self.asked.get(index).filter(|call| !is_output(call, spec)) else {
            return report;
        };
        if tool(spec, &call.name).is_some_and(|tool| tool.polling) {
            return report;
        }
        match repeats.note(self.turn, call, &report) {
            Verdict::Fine => {}
            Verdict::Tell => report.content.push_str(
                "\n(This is the third time that this call gave this result: do not repeat it, answer with what you have.)",
            ),
            Verdict::Loop => {
                self.looping = Some(self.looping.map_or(index, |first| first.min(index)));
            }
        }
        report
    }

    /// What a call was given, where it has ended.
    pub(super) fn result(&self, index: usize) -> Option<ToolResult> {
        let report = self.reports.get(index)?.as_ref()?;
        let call = self.asked.get(index)?;
        let result = ToolResult::new(call, report.content.as_str(), report.outcome);
        Some(result.with_media(report.media.iter().cloned()))
    }

    /// Gives all output calls that have none this report.
    pub(super) fn report_outputs(&mut self, spec: &RunSpec, report: &ToolReport) {
        for (call, slot) in self.asked.iter().zip(&mut self.reports) {
            if slot.is_none() && is_output(call, spec) {
                *slot = Some(report.clone());
            }
        }
    }

    /// Gives all calls that have none this report.
    pub(super) fn report_rest(&mut self, report: &ToolReport) {
        for slot in self.reports.iter_mut().filter(|slot| slot.is_none()) {
            *slot = Some(report.clone());
        }
    }

    /// Counts corrections, now that all reports are in: each once in a reply, for the model has
    /// read none of it yet.
    pub(super) fn judge(
        &self,
        spec: &RunSpec,
        corrections: &mut BTreeMap<String, Corrections>,
    ) -> Result<(), Failure> {
        let looping = self.looping.and_then(|index| self.asked.get(index));
        let mut verdict = match looping {
            Some(call) => Err(Failure::Loop { tool: call.name.clone() }),
            None => Ok(()),
        };
        // For each tool, whether it is to be corrected, and whether time is all that was wrong.
        let mut used: BTreeMap<&str, Option<bool>> = BTreeMap::new();
        for (call, report) in self.asked.iter().zip(&self.reports) {
            let Some(report) = report.as_ref().filter(|_| !is_output(call, spec)) else { continue };
            let wrong = used.entry(call.name.as_str()).or_default();
            if report.outcome == ToolOutcome::Retry {
                *wrong = Some(report.timed_out && *wrong != Some(false));
            }
        }
        for tool in &spec.tools {
            let timed_out = match used.get(tool.name.as_str()) {
                None => continue,
                Some(None) => {
                    corrections.remove(&tool.name);
                    continue;
                }
                Some(Some(timed_out)) => *timed_out,
            };
            let made = corrections.entry(tool.name.clone()).or_default();
            made.all = made.all.saturating_add(1);
            made.timeouts = made.timeouts.saturating_add(u32::from(timed_out));
            if made.all > tool.corrections {
                verdict = verdict.and(Err(Failure::Corrections {
                    tool: tool.name.clone(),
                    limit: tool.corrections,
                    timeouts: made.timeouts,
                }));
            }
        }
        verdict
    }

    /// The message that answers all calls, in their order; those without a report as interrupted.
    pub(super) fn into_message(self) -> Message {
        let mut missing = false;
        let results: Vec<ToolResult> = self
            .asked
            .iter()
            .zip(self.reports)
            .map(|(call, report)| {
                if let Some(report) = report {
                    missing |= report.outcome == ToolOutcome::Interrupted;
                    let result = ToolResult::new(call, report.content, report.outcome);
                    result.with_media(report.media)
                } else {
                    missing = true;
                    interrupted(call)
                }
            })
            .collect();
        let mut message = Message::tool(results);
        if let Message::Tool(tool) = &mut message {
            tool.interrupted = missing;
        }
        message
    }
}

fn tool<'a>(spec: &'a RunSpec, name: &str) -> Option<&'a ToolSpec> {
    spec.tools.iter().find(|tool| tool.name == name)
}

fn is_output(call: &ToolCall, spec: &RunSpec) -> bool {
    spec.output_tool(&call.name).is_some()
}

/// The call that the end of its reply cut: the last one, unless its arguments are whole.
/// None at all are not: they may have been about to begin.
fn cut(calls: &[ToolCall]) -> Option<usize> {
    let last = calls.last()?;
    let whole = serde_json::from_str::<serde::de::IgnoredAny>(&last.arguments).is_ok();
    (!whole).then(|| calls.len() - 1)
}

/// What a call is told that cannot run.
fn refuse(call: &ToolCall, spec: &RunSpec, cut: Option<&Failure>) -> Option<ToolReport> {
    let retry = |text: String| Some(ToolReport::new(text, ToolOutcome::Retry));
    if is_output(call, spec) {
        return None;
    }
    if tool(spec, &call.name).is_none() {
        let mut names: Vec<&str> = spec.tools.iter().map(|tool| tool.name.as_str()).collect();
        // Where each kind of answer has a tool, that of the whole is taken, and not on offer.
        let offered = |name: &&str| spec.output_tools.len() == 1 || *name != OUTPUT_TOOL;
        let outputs = spec.output_tools.iter().map(|tool| tool.name.as_str()).filter(offered);
        names.extend(outputs.filter(|name| spec.output_tool(name).is_some()));
        return retry(if names.is_empty() {
            "There is no such tool; there are no tools at all: answer in text.".to_owned()
        } else {
            format!("There is no such tool. The tools are `{}`.", names.join("`, `"))
        });
    }
    let told = match cut? {
        Failure::Filtered => {
            "The arguments were cut by the provider's filter, and the tool did not run: \
             make another call."
        }
        _ => {
            "The arguments were cut at the limit of output tokens, and the tool did not run: \
             make a shorter call."
        }
    };
    retry(told.to_owned())
}
