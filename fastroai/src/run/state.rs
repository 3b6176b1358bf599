//! The machine itself.

mod answers;
mod stored;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use fastroai_providers::{FinishReason, Message, Response, ToolOutcome, ToolResult, UserMessage};
use serde::{Deserialize, Serialize};

use super::event::{Event, Stop, ToolReport};
use super::ids::Ids;
use super::repair::repair;
use super::repeats::Repeats;
use super::spec::{EndStrategy, OutputMode, RunSpec};
use super::tools::{Calls, Corrections};
use super::work::{End, Failure, ToolUnit, Work};

/// A run: what was said so far and what is to be done next. `Debug` shows no content.
///
/// It can be stored at any point and read back; one that cannot be a run's state is not read.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "stored::Stored")]
pub struct RunState {
    spec: RunSpec,
    messages: Vec<Message>,
    first_new: usize,
    turn: u32,
    /// The tools that went well.
    tool_calls: u64,
    /// Those of the messages.
    #[serde(skip)]
    ids: Ids,
    corrections: BTreeMap<String, Corrections>,
    repeats: Repeats,
    rejections: u32,
    emptied: bool,
    /// The tools that the model was not offered.
    hidden: Vec<String>,
    /// The places of the calls in the next reply that a guard holds back.
    held_back: Vec<usize>,
    phase: Phase,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Phase {
    Ask,
    Tools(Calls),
    /// `output` is the place of the call that carries the answer, where a call does.
    Check {
        text: String,
        output: Option<(Calls, usize)>,
        /// What the run fails with where the answer does not fit because it was cut.
        cut: Option<Failure>,
    },
    Ended(End),
}

impl RunState {
    /// A run that goes on from a history, which is [repaired](repair()), with a prompt.
    #[must_use]
    pub fn new(spec: RunSpec, history: Vec<Message>, prompt: impl Into<UserMessage>) -> Self {
        Self::begin(spec, repair(history), Some(Message::User(prompt.into())))
    }

    /// A run that answers a history as it stands, which is [repaired](repair()): what a user said or
    /// tools gave last. A reply at its end that was cut off is asked for again, a paused one goes on.
    ///
    /// # Errors
    /// [`NothingToAnswer`], where the history is empty or ends with a whole reply.
    pub fn continue_from(spec: RunSpec, history: Vec<Message>) -> Result<Self, NothingToAnswer> {
        let mut messages = repair(history);
        while messages
            .pop_if(|last| matches!(last, Message::Assistant(it) if it.interrupted))
            .is_some()
        {}
        match messages.last() {
            None => Err(NothingToAnswer("is empty")),
            Some(Message::Assistant(reply)) if reply.finish_reason != FinishReason::Paused => {
                Err(NothingToAnswer("ends with an answer"))
            }
            Some(_) => Ok(Self::begin(spec, messages, None)),
        }
    }

    fn begin(spec: RunSpec, mut messages: Vec<Message>, prompt: Option<Message>) -> Self {
        let first_new = messages.len();
        let ids = Ids::of(&messages);
        messages.extend(prompt);
        let mut run = Self {
            spec,
            messages,
            first_new,
            turn: 0,
            tool_calls: 0,
            ids,
            corrections: BTreeMap::new(),
            repeats: Repeats::default(),
            rejections: 0,
            emptied: false,
            hidden: Vec::new(),
            held_back: Vec::new(),
            phase: Phase::Ask,
        };
        run.ask();
        run
    }

    /// What is to be done next.
    #[must_use]
    pub fn next(&self) -> Work {
        match &self.phase {
            Phase::Ask => {
                Work::Model { turn: self.turn.saturating_add(1), messages: self.messages.len() }
            }
            Phase::Tools(calls) => calls.work(&self.spec),
            Phase::Check { text, .. } => Work::Check { text: text.clone() },
            Phase::Ended(end) => Work::Done(end.clone()),
        }
    }

    /// Takes what happened.
    ///
    /// # Errors
    /// [`Misfed`], where that cannot have happened now; the run is as it was.
    pub fn feed(&mut self, event: Event) -> Result<(), Misfed> {
        match (std::mem::replace(&mut self.phase, Phase::Ask), event) {
            (Phase::Ended(end), event) => {
                self.phase = Phase::Ended(end);
                return Err(Misfed::new(&event, "the run has ended"));
            }
            (Phase::Ask, Event::Offered { hidden }) => self.hidden = hidden,
            (Phase::Ask, Event::HeldBack { calls }) => self.held_back = calls,
            (Phase::Ask, Event::Replied { reply }) => self.replied(reply),
            (Phase::Ask, Event::ModelFailed { partial }) => {
                self.keep_partial(partial);
                self.fail(Failure::Model);
            }
            (Phase::Tools(mut calls), Event::ToolDone { index, report })
                if calls.can_end(index, &self.spec) =>
            {
                calls.report(index, report, &self.spec, &mut self.repeats);
                self.go_on(calls);
            }
            (Phase::Tools(mut calls), Event::Deferred { index }) if calls.can_defer(index) => {
                calls.defer(index, &self.spec);
                self.go_on(calls);
            }
            (Phase::Tools(mut calls), Event::Approved { index, arguments })
                if calls.can_approve(index) =>
            {
                calls.approve(index, arguments, &self.spec);
                self.go_on(calls);
            }
            (Phase::Tools(mut calls), Event::Denied { index, message })
                if calls.can_deny(index) =>
            {
                calls.deny(index, message.as_str(), &self.spec, &mut self.repeats);
                self.go_on(calls);
            }
            (Phase::Check { text, output: None, .. }, Event::Accepted) => {
                self.phase = Phase::Ended(End::Answered { text });
            }
            (Phase::Check { text, output: Some((calls, index)), .. }, Event::Accepted) => {
                self.accepted(text, calls, index);
            }
            (Phase::Check { output, cut, .. }, Event::Rejected { reason }) => {
                self.rejected(output, cut, reason);
            }
            (phase, Event::Stopped { stop, partial }) => self.stop(phase, stop, partial),
            (phase, event) => {
                self.phase = phase;
                return Err(Misfed::new(&event, "the run waits for something else"));
            }
        }
        Ok(())
    }

    /// All that was said, the history first.
    #[must_use]
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// All that was said before the run, and its prompt, for what looks at it before anything is fed.
    pub(crate) fn opening(&mut self) -> &mut Vec<Message> {
        &mut self.messages
    }

    /// What was said in this run.
    #[must_use]
    pub fn new_messages(&self) -> &[Message] {
        self.messages.get(self.first_new..).unwrap_or_default()
    }

    /// All that was said, given away.
    #[must_use]
    pub fn into_messages(self) -> Vec<Message> {
        self.messages
    }

    /// What a call of the last reply was given, as the model reads it; `None` while it is on its
    /// way. Calls that cannot run have their result as soon as the reply is fed.
    #[must_use]
    pub fn result(&self, index: usize) -> Option<ToolResult> {
        match &self.phase {
            Phase::Tools(calls) | Phase::Check { output: Some((calls, _)), .. } => {
                calls.result(index)
            }
            _ => match self.messages.last() {
                Some(Message::Tool(tool)) => tool.results.get(index).cloned(),
                _ => None,
            },
        }
    }

    /// How often the model has answered.
    #[must_use]
    pub fn turn(&self) -> u32 {
        self.turn
    }

    /// The last reply.
    #[must_use]
    pub fn last_reply(&self) -> Option<&Response> {
        self.new_messages().iter().rev().find_map(|message| match message {
            Message::Assistant(reply) => Some(reply),
            _ => None,
        })
    }

    /// All that was said, where a run that has not ended stops here: each call has a result.
    pub(crate) fn into_closed(mut self) -> Vec<Message> {
        let stopped = Event::Stopped { stop: Stop::Cancelled, partial: None };
        // Of one that has ended it is closed already.
        let _ = self.feed(stopped);
        self.messages
    }

    /// The run by other rules, with all that was counted.
    pub(crate) fn with_spec(mut self, spec: RunSpec) -> Self {
        self.spec = spec;
        if let Phase::Tools(calls) = &mut self.phase {
            calls.look_again(&self.spec);
        }
        self
    }

    /// The calls that wait for a decision, where nothing else is left to do.
    pub(crate) fn waiting(&self) -> Vec<ToolUnit> {
        match self.next() {
            Work::AwaitApproval { units, .. } => units,
            _ => Vec::new(),
        }
    }

    /// Whether a call that waits for a decision waits for its result, rather than to be approved.
    pub(crate) fn is_external(&self, index: usize) -> bool {
        matches!(&self.phase, Phase::Tools(calls) if calls.is_external(index))
    }

    /// Whether nothing can run before someone outside has decided.
    pub(crate) fn only_waits(&self) -> bool {
        matches!(&self.phase, Phase::Tools(calls) if calls.all_wait(&self.spec))
    }

    /// The names of the tools that are hidden.
    pub(crate) fn hidden(&self) -> &[String] {
        &self.hidden
    }

    /// How many tools went well, those of the last reply included.
    pub(crate) fn tool_calls(&self) -> u64 {
        let last = match &self.phase {
            Phase::Tools(calls) => calls.succeeded(&self.spec) as u64,
            _ => 0,
        };
        self.tool_calls.saturating_add(last)
    }

    /// How many answers were not taken.
    pub(crate) fn rejections(&self) -> u32 {
        self.rejections
    }

    fn ask(&mut self) {
        if self.turn >= self.spec.max_turns {
            self.fail(Failure::MaxTurns { limit: self.spec.max_turns });
        } else {
            self.phase = Phase::Ask;
        }
    }

    fn fail(&mut self, failure: Failure) {
        self.phase = Phase::Ended(End::Failed { failure });
    }

    fn replied(&mut self, mut reply: Response) {
        self.turn = self.turn.saturating_add(1);
        self.ids.assign(&mut reply, self.turn);
        let held_back = std::mem::take(&mut self.held_back);
        let spec = offered(&self.spec, &self.hidden);
        let calls = Calls::of(&reply, self.turn, &spec, &held_back, &mut self.repeats);
        let text = reply.text();
        let finish = reply.finish_reason.clone();
        let refused = reply.refusal().is_some() || finish == FinishReason::Refusal;
        self.messages.push(Message::Assistant(reply));

        if !calls.is_empty() {
            self.take_up(calls);
        } else if refused {
            self.fail(Failure::Refused);
        } else if finish == FinishReason::Paused {
            self.ask();
        } else if text.trim().is_empty() {
            self.empty(&finish);
        } else if self.spec.output == OutputMode::Text {
            self.phase = Phase::Ended(End::Answered { text });
        } else {
            self.phase = Phase::Check { text, output: None, cut: cut_by(&finish) };
        }
    }

    /// Takes up the calls of a reply: the answer first, where it may end the run without the rest.
    fn take_up(&mut self, calls: Calls) {
        if self.spec.end_strategy == EndStrategy::Early
            && let Some((index, text, cut)) = calls.unchecked_output(&self.spec)
        {
            self.phase = Phase::Check { text, output: Some((calls, index)), cut };
            return;
        }
        let asked = self.tool_calls.saturating_add(calls.to_run(&self.spec) as u64);
        let limit = self.spec.max_tool_calls;
        if asked > u64::from(limit) {
            self.messages.push(calls.into_message());
            self.fail(Failure::MaxToolCalls { limit, asked });
        } else {
            self.go_on(calls);
        }
    }

    /// Runs what still waits, then checks an answer among the calls, then asks the model again.
    fn go_on(&mut self, mut calls: Calls) {
        if calls.is_running() {
            self.phase = Phase::Tools(calls);
            return;
        }
        if calls.asks_again(&self.spec) && !calls.has_answer() {
            let held = "Held back: a tool that was called beside it asks for another call. Hand \
                        the answer in again after that.";
            calls.report_outputs(&self.spec, &ToolReport::new(held, ToolOutcome::Retry));
        }
        if let Some((index, text, cut)) = calls.unchecked_output(&self.spec) {
            self.phase = Phase::Check { text, output: Some((calls, index)), cut };
            return;
        }
        self.tool_calls = self.tool_calls.saturating_add(calls.succeeded(&self.spec) as u64);
        let verdict = calls.judge(&self.spec, &mut self.corrections);
        self.messages.push(calls.into_message());
        match verdict {
            Ok(()) => self.ask(),
            Err(failure) => self.fail(failure),
        }
    }

    fn stop(&mut self, phase: Phase, stop: Stop, partial: Option<Response>) {
        match phase {
            Phase::Ask => self.keep_partial(partial),
            Phase::Tools(calls) | Phase::Check { output: Some((calls, _)), .. } => {
                self.messages.push(calls.into_message());
            }
            Phase::Check { .. } | Phase::Ended(_) => {}
        }
        self.fail(Failure::Stopped { stop });
    }

    /// Keeps a reply that was cut off; tools in it never ran, and the transcript says so.
    fn keep_partial(&mut self, partial: Option<Response>) {
        let Some(mut partial) = partial.filter(|partial| !partial.parts.is_empty()) else { return };
        self.turn = self.turn.saturating_add(1);
        partial.interrupted = true;
        self.ids.assign(&mut partial, self.turn);
        let open = partial.tool_calls().next().is_some();
        self.messages.push(Message::Assistant(partial));
        if open {
            let messages = std::mem::take(&mut self.messages);
            self.messages = repair(messages);
        }
    }
}

/// The rules as the model knows them that was not offered these tools.
fn offered<'s>(spec: &'s RunSpec, hidden: &[String]) -> Cow<'s, RunSpec> {
    if hidden.is_empty() {
        return Cow::Borrowed(spec);
    }
    let mut spec = spec.clone();
    spec.tools.retain(|tool| !hidden.contains(&tool.name));
    Cow::Owned(spec)
}

/// What cut a reply off, where something did that asking again would not help against.
pub(super) fn cut_by(finish: &FinishReason) -> Option<Failure> {
    match finish {
        FinishReason::Length => Some(Failure::OutputTruncated),
        FinishReason::ContentFilter => Some(Failure::Filtered),
        _ => None,
    }
}

impl fmt::Debug for RunState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunState")
            .field("turn", &self.turn)
            .field("messages", &self.messages.len())
            .field("next", &self.next())
            .finish_non_exhaustive()
    }
}

/// A history that cannot be gone on from without a prompt.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is nothing to answer: the history {0}: give the run a prompt")]
pub struct NothingToAnswer(&'static str);

/// An event that cannot have happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event `{event}` cannot have happened: {why}")]
pub struct Misfed {
    event: &'static str,
    why: &'static str,
}

impl Misfed {
    fn new(event: &Event, why: &'static str) -> Self {
        let event = match event {
            Event::Offered { .. } => "Offered",
            Event::HeldBack { .. } => "HeldBack",
            Event::Replied { .. } => "Replied",
            Event::ModelFailed { .. } => "ModelFailed",
            Event::ToolDone { .. } => "ToolDone",
            Event::Deferred { .. } => "Deferred",
            Event::Approved { .. } => "Approved",
            Event::Denied { .. } => "Denied",
            Event::Accepted => "Accepted",
            Event::Rejected { .. } => "Rejected",
            Event::Stopped { .. } => "Stopped",
        };
        Self { event, why }
    }
}
