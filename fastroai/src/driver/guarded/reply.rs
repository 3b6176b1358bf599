//! A reply, looked at before the run takes it up.

use std::borrow::Cow;

use fastroai_providers::{Delta, Part, Response};

use super::super::held_back::{Channel, HeldBack};
use super::super::{Ended, Run};
use super::{Held, Noted, Replaced, plain};
use crate::guard::Stage;
use crate::run::{Event, Stop};
use crate::telemetry::Showing;

/// What stands in a transcript in place of a reply that a guard has blocked.
const WITHHELD_REPLY: &str = "[A guard withheld this reply.]";

/// What stands in place of the name of a tool that there is not, where it does not pass.
const WITHHELD_NAME: &str = "withheld_name";

impl Run<'_, '_> {
    /// What the run is told of a reply, once all guards have looked at it.
    pub(in super::super) async fn let_in(
        &self,
        mut reply: Response,
        held: &mut Option<Box<HeldBack>>,
        ended: &mut Ended,
    ) -> Event {
        match self.scope.guard(self.guard_reply(&mut reply, held.as_deref_mut())).await {
            Ok(Ok(calls)) => {
                if !calls.is_empty() {
                    ended.feed(Event::HeldBack { calls });
                }
                Event::Replied { reply }
            }
            Ok(Err(why)) => {
                ended.failure = Some(why.into());
                withhold(&mut reply);
                Event::Stopped { stop: Stop::Denied, partial: Some(reply) }
            }
            Err(stop) => {
                self.keep_seen(&mut reply, held.as_deref());
                Event::Stopped { stop, partial: Some(reply) }
            }
        }
    }

    /// How a reply may be written down that no guard has looked at yet: without content, where one
    /// will.
    pub(in super::super) fn showing_reply(&self) -> Showing<'_> {
        let mut showing = self.showing();
        showing.content &= ![Stage::Output, Stage::ToolArguments]
            .into_iter()
            .any(|stage| self.guarded.look_at(stage));
        showing
    }

    /// Has the guards look at all that a reply says, and gives the places of the calls that they hold
    /// back. What a watcher has not seen yet is shown once it has passed.
    async fn guard_reply(
        &self,
        reply: &mut Response,
        held: Option<&mut HeldBack>,
    ) -> Result<Vec<usize>, Held> {
        let looks_at_output = self.guarded.look_at(Stage::Output);
        let looks_at_arguments = self.guarded.look_at(Stage::ToolArguments);
        let mut unwatched = HeldBack::default();
        let held = held.unwrap_or(&mut unwatched);
        let mut changed = false;
        if looks_at_output {
            changed |= self.guard_text(reply, &mut held.text).await?;
        }
        let (mut calls, mut index) = (Vec::new(), 0);
        for part in &mut reply.parts {
            match part {
                Part::Refusal { text } if looks_at_output => {
                    let looked = self.looked(Stage::Output, None);
                    if let Some(replaced) = self.look(&looked, text, &mut Noted::new()).await? {
                        *text = replaced.text;
                        changed = true;
                    }
                }
                Part::ToolCall(call) => {
                    let place = index;
                    index += 1;
                    let hands_in = self.spec.output_tool(&call.name).is_some();
                    changed |= self.guard_name(&mut call.name).await?;
                    let looks = if hands_in { looks_at_output } else { looks_at_arguments };
                    if !looks || call.arguments.is_empty() {
                        continue;
                    }
                    if hands_in {
                        let channel = held.call(place);
                        let arguments = &mut call.arguments;
                        changed |= self.guard_answer(arguments, place, channel).await?;
                        continue;
                    }
                    match self.guard_arguments(&call.name, &call.arguments).await {
                        Ok(None) => continue,
                        Ok(Some(replaced)) => call.arguments = replaced.text,
                        Err(Held::Blocked { .. }) => {
                            "{}".clone_into(&mut call.arguments);
                            calls.push(place);
                        }
                        Err(failed @ Held::Failed { .. }) => return Err(failed),
                    }
                    changed = true;
                }
                _ => {}
            }
        }
        if changed {
            forget_original(reply);
        }
        Ok(calls)
    }

    /// Whether a tool has this name, or one that the run does not have: any other is a model's own word.
    fn is_name(&self, name: &str) -> bool {
        self.spec.output_tool(name).is_some()
            || self.spec.tools.iter().any(|known| known.name == name)
            || self.order.withheld.iter().any(|(withheld, _)| withheld == name)
    }

    /// Has the guards look at the name of a tool that a model made up, as at what it says, and says
    /// whether it is another one now.
    async fn guard_name(&self, name: &mut String) -> Result<bool, Held> {
        if self.is_name(name) {
            return Ok(false);
        }
        for stage in [Stage::Output, Stage::ToolArguments] {
            let looked = self.looked(stage, None);
            match self.look(&looked, name, &mut Noted::new()).await {
                Ok(None) => {}
                Ok(Some(_)) | Err(Held::Blocked { .. }) => {
                    WITHHELD_NAME.clone_into(name);
                    return Ok(true);
                }
                Err(failed @ Held::Failed { .. }) => return Err(failed),
            }
        }
        Ok(false)
    }

    /// Has the guards look at the arguments of a call, and gives what passes in their place.
    pub(in super::super) async fn guard_arguments(
        &self,
        tool: &str,
        arguments: &str,
    ) -> Result<Option<Replaced>, Held> {
        // A model may make a name up: one that no tool has is content.
        let known = self.is_name(tool);
        let looked = self.looked(Stage::ToolArguments, known.then_some(tool));
        self.look(&looked, &plain(arguments, false), &mut Noted::new()).await
    }

    /// Has the guards look at the text of a reply, and says whether it is another one now.
    async fn guard_text(&self, reply: &mut Response, channel: &mut Channel) -> Result<bool, Held> {
        let text = reply.text();
        if text.is_empty() {
            return Ok(false);
        }
        let is_json = self.check.shape().is_some();
        let given = if is_json { plain(&text, false) } else { Cow::Borrowed(text.as_str()) };
        let looked = self.looked(Stage::Output, None);
        let replaced = self.look(&looked, &given, &mut channel.noted).await?;
        self.show_rest(channel, &looked, &given, replaced.as_ref(), Delta::Text)?;
        let Some(replaced) = replaced else { return Ok(false) };
        put_text(reply, replaced.text);
        Ok(true)
    }

    /// As [`Self::guard_text`], of an answer that is handed in by a call.
    async fn guard_answer(
        &self,
        arguments: &mut String,
        index: usize,
        channel: &mut Channel,
    ) -> Result<bool, Held> {
        let looked = self.looked(Stage::Output, None);
        let given = plain(arguments, false);
        let replaced = self.look(&looked, &given, &mut channel.noted).await?;
        let delta = |fragment| Delta::Arguments { index, fragment };
        self.show_rest(channel, &looked, &given, replaced.as_ref(), delta)?;
        let Some(replaced) = replaced else { return Ok(false) };
        *arguments = replaced.text;
        Ok(true)
    }

    /// Leaves of a reply that was cut off, or that not all guards have looked at, what these have let
    /// through.
    pub(in super::super) fn keep_seen(&self, partial: &mut Response, held: Option<&HeldBack>) {
        let looks_at_output = self.guarded.look_at(Stage::Output);
        let looks_at_arguments = self.guarded.look_at(Stage::ToolArguments);
        if !looks_at_output && !looks_at_arguments {
            return;
        }
        for part in &mut partial.parts {
            if let Part::ToolCall(call) = part {
                let hands_in = self.spec.output_tool(&call.name).is_some();
                if !self.is_name(&call.name) {
                    WITHHELD_NAME.clone_into(&mut call.name);
                }
                if if hands_in { looks_at_output } else { looks_at_arguments } {
                    "{}".clone_into(&mut call.arguments);
                }
            }
        }
        if looks_at_output {
            partial.parts.retain(|part| matches!(part, Part::ToolCall(_)));
            let shown = held.map_or("", |held| held.text.shown());
            if !shown.is_empty() {
                partial.parts.insert(0, Part::text(shown));
            }
        }
        forget_original(partial);
    }
}

/// Leaves nothing of a reply but that there was one.
pub(in super::super) fn withhold(reply: &mut Response) {
    reply.parts = vec![Part::text(WITHHELD_REPLY)];
    forget_original(reply);
}

/// A provider would go on from what it has kept under this id.
fn forget_original(reply: &mut Response) {
    reply.id = None;
    reply.stored = false;
}

/// Puts a text in place of all the text of a reply.
fn put_text(reply: &mut Response, said: String) {
    let first = reply.parts.iter().position(|part| matches!(part, Part::Text { .. }));
    reply.parts.retain(|part| !matches!(part, Part::Text { .. }));
    let place = first.unwrap_or_default().min(reply.parts.len());
    reply.parts.insert(place, Part::text(said));
}
