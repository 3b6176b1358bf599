//! What the texts of a run pass on their way in and out, and what is recorded of it.

mod opening;
mod plain;
mod reply;

use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use std::sync::{Mutex, PoisonError};

use fastroai_providers::{Message, ToolCall, ToolOutcome};
use futures_util::FutureExt;
use serde::de::IgnoredAny;

pub(super) use self::plain::plain;
pub(super) use self::reply::withhold;
use super::{Order, Run};
use crate::error::ErrorKind;
use crate::guard::{Action, Decided, GuardError, Guards, Looked, Stage, Verdict, named};
use crate::run::{RunState, ToolReport};
use crate::scope::Scope;
use crate::telemetry::events;
use crate::tool::BoundTool;

/// What the model reads in place of a result that a guard has blocked.
const WITHHELD_RESULT: &str = "A guard withheld the result of this call.";

/// The guards of a run, and what they have decided. Where there are none, nothing is allocated.
pub(super) struct Guarded {
    guards: Guards,
    decided: Mutex<Vec<Decided>>,
}

/// A text that guards have put in the place of another.
pub(super) struct Replaced {
    pub(super) text: String,
    /// The guard that did so last.
    pub(super) by: String,
}

/// Why a text does not pass.
pub(super) enum Held {
    Blocked { guard: String, stage: Stage, reason: Cow<'static, str> },
    Failed { guard: String, cause: Option<GuardError> },
}

impl From<Held> for ErrorKind {
    fn from(held: Held) -> Self {
        match held {
            Held::Blocked { guard, stage, reason } => Self::Blocked { guard, stage, reason },
            Held::Failed { guard, cause } => Self::GuardFailed { guard, cause },
        }
    }
}

/// What was recorded of a text already, by the places of the guards: of one that is still arriving
/// they say the same again and again.
pub(super) type Noted = Vec<(usize, Action)>;

impl Guarded {
    /// Those of the runtimes, of the agent, and of the call.
    pub(super) fn new(order: &Order<'_>, scope: &Scope) -> Self {
        let guards = scope.guards().and(&order.config.guards).and(&order.guards);
        Self { guards, decided: Mutex::default() }
    }

    /// What was said where a run ends before its guards have looked at what is asked, which is no
    /// part of the transcript then.
    pub(super) fn said(&self, state: RunState) -> Vec<Message> {
        let before = state.messages().len() - state.new_messages().len();
        let mut said = state.into_messages();
        if !self.is_empty() {
            said.truncate(before);
        }
        said
    }

    /// The call as its tool is given it, where that is not as the model wrote it. What agents are asked
    /// is for models to read.
    pub(super) fn revealed(&self, tool: &BoundTool<'_>, call: &ToolCall) -> Option<ToolCall> {
        if tool.is_agent() {
            return None;
        }
        let arguments = self.guards.reveal(&call.arguments)?;
        let mut call = call.clone();
        call.arguments = arguments;
        Some(call)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.guards.is_empty()
    }

    /// Whether one of them looks at texts of this kind.
    pub(super) fn look_at(&self, stage: Stage) -> bool {
        self.guards.look_at(stage)
    }

    /// How much of an answer they hold back; `None` where that is all of it.
    pub(super) fn window(&self) -> Option<usize> {
        self.guards.window()
    }

    /// What they have decided so far, given away.
    pub(super) fn take(&self) -> Vec<Decided> {
        if self.is_empty() {
            return Vec::new();
        }
        std::mem::take(&mut *self.decided.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Run<'_, '_> {
    /// What is known of a text at this stage.
    pub(super) fn looked<'l>(&'l self, stage: Stage, tool: Option<&'l str>) -> Looked<'l> {
        let mut looked = Looked::at(stage);
        looked.tool = tool;
        looked.agent = &self.order.config.name;
        looked.run_id = &self.order.run_id;
        looked
    }

    /// Has all guards look at a text, each at what the one before let through. Gives what passes in
    /// its place, where that is another text.
    pub(super) async fn look(
        &self,
        looked: &Looked<'_>,
        text: &str,
        noted: &mut Noted,
    ) -> Result<Option<Replaced>, Held> {
        let scope = self.scope.of_guard();
        let mut passed: Option<Replaced> = None;
        for (place, guard) in self.guarded.guards.iter().enumerate() {
            let given = passed.as_ref().map_or(text, |passed| passed.text.as_str());
            // The call itself is inside: a guard may panic before its first await.
            let checking = async {
                if guard.looks_at(looked.stage) {
                    guard.check(given, looked).await
                } else {
                    Ok(Verdict::Allow)
                }
            };
            let verdict = scope.run(AssertUnwindSafe(checking).catch_unwind()).await;
            let (action, reason) = match verdict {
                Ok(Ok(Verdict::Allow)) => continue,
                Ok(Ok(Verdict::Flag(reason))) => (Action::Flagged, reason),
                Ok(Ok(Verdict::Replace { text, reason })) => {
                    if text == given {
                        continue;
                    }
                    passed = Some(Replaced { text, by: named(&**guard) });
                    (Action::Replaced, reason)
                }
                Ok(Ok(Verdict::Block(reason))) => {
                    return Err(self.block(named(&**guard), looked, reason));
                }
                Ok(Err(cause)) => {
                    let guard = named(&**guard);
                    self.record(guard.clone(), looked, Action::Failed, "it could not tell".into());
                    return Err(Held::Failed { guard, cause: Some(cause) });
                }
                Err(_) => {
                    let guard = named(&**guard);
                    self.record(guard.clone(), looked, Action::Failed, "it panicked".into());
                    return Err(Held::Failed { guard, cause: None });
                }
            };
            if !noted.contains(&(place, action)) {
                noted.push((place, action));
                self.record(named(&**guard), looked, action, reason);
            }
        }
        Ok(passed)
    }

    /// What stands for a text that this guard does not let pass.
    pub(super) fn block(
        &self,
        guard: String,
        looked: &Looked<'_>,
        reason: Cow<'static, str>,
    ) -> Held {
        self.record(guard.clone(), looked, Action::Blocked, reason.clone());
        Held::Blocked { guard, stage: looked.stage, reason }
    }

    fn record(
        &self,
        guard: String,
        looked: &Looked<'_>,
        action: Action,
        reason: Cow<'static, str>,
    ) {
        let (stage, tool) = (looked.stage, looked.tool.map(str::to_owned));
        let decided = Decided { guard, stage, tool, action, reason };
        events::guard_decided(self.scope.emitter(), &decided);
        self.scope.hooks().guarded(&self.info(), &decided);
        self.guarded.decided.lock().unwrap_or_else(PoisonError::into_inner).push(decided);
    }

    /// What the model reads of a tool, once all guards have looked at it.
    pub(super) async fn guard_result(
        &self,
        tool: &str,
        report: ToolReport,
    ) -> Result<ToolReport, ErrorKind> {
        if !self.guarded.look_at(Stage::ToolResult) || report.content.is_empty() {
            return Ok(report);
        }
        Box::pin(self.look_at_result(tool, report)).await
    }

    async fn look_at_result(
        &self,
        tool: &str,
        mut report: ToolReport,
    ) -> Result<ToolReport, ErrorKind> {
        let is_agent = |it: &BoundTool<'_>| it.definition().name == tool && it.is_agent();
        let mut looked = self.looked(Stage::ToolResult, Some(tool));
        looked.by_model = self.order.tools.iter().any(is_agent);
        let content = report.content.as_str();
        let is_json = || serde_json::from_str::<IgnoredAny>(content).is_ok();
        let is_escaped = content.contains('\\') && is_json();
        let given = if is_escaped { plain(content, false) } else { Cow::Borrowed(content) };
        match self.look(&looked, &given, &mut Noted::new()).await {
            Ok(None) => {}
            Ok(Some(replaced)) => report.content = replaced.text,
            Err(Held::Blocked { .. }) => {
                report = ToolReport::new(WITHHELD_RESULT, ToolOutcome::Failed);
            }
            Err(failed @ Held::Failed { .. }) => return Err(failed.into()),
        }
        Ok(report)
    }
}
