//! Reading streamed replies.
//!
//! Events: <https://platform.openai.com/docs/api-reference/responses-streaming>.

use std::borrow::Cow;

use super::assembly::{Assembly, Place};
use super::decode::failure;
use super::item::Target;
use super::message::ContentKind;
use super::object::{Object, number, text};
use super::thought::Section;
use super::wire::{Event, Reply, meaningful};
use crate::error::{ModelError, ProtocolFault};
use crate::openai::error;
use crate::protocol::{EventDecoder, Progress};
use crate::response::Response;
use crate::stream::Delta;

/// Reads a streamed reply.
pub(super) struct Decoder {
    assembly: Assembly,
    begun: bool,
    complete: bool,
    /// It was told that the reply is made in the background.
    told: bool,
    /// The highest number of an event that added something.
    seen: Option<u64>,
}

impl Decoder {
    pub(super) fn new(provider: Cow<'static, str>) -> Self {
        let assembly = Assembly::new(provider);
        Self { assembly, begun: false, complete: false, told: false, seen: None }
    }
}

impl EventDecoder for Decoder {
    fn event(
        &mut self,
        name: &str,
        data: &str,
        out: &mut Vec<Delta>,
    ) -> Result<Progress, ModelError> {
        let data = data.trim();
        // Some services end with `[DONE]`; it is the event before it that ends the reply.
        if self.complete || data == "[DONE]" {
            return Ok(Progress::Complete);
        }
        if data.is_empty() {
            return Ok(Progress::More);
        }
        if name == "error" && !data.starts_with('{') {
            return Err(self.failed(error::from_event(data)));
        }
        let event: Event<'_> = serde_json::from_str(data).map_err(|_| self.bad_event())?;
        let kind = text(event.kind).unwrap_or(Cow::Borrowed(name));
        let told = match &*kind {
            "error" | "response.error" => return Err(self.failed(told_by(&event, data))),
            "response.completed"
            | "response.incomplete"
            | "response.failed"
            | "response.cancelled" => {
                let status = kind.strip_prefix("response.").unwrap_or_default();
                return self.end(status, event.response.as_ref(), out);
            }
            "response.created" | "response.in_progress" | "response.queued" => {
                self.begun = true;
                if let Some(reply) = &event.response {
                    self.assembly.take_frame(reply);
                }
                if !self.told {
                    let id = self.assembly.background_id();
                    self.told = id.is_some();
                    out.extend(id.map(|id| Delta::Background { id: id.to_owned() }));
                }
                Some(())
            }
            kind if kind.starts_with("response.") => {
                let kind = kind.strip_prefix("response.").unwrap_or_default();
                self.take(kind, &event, out)
            }
            _ if is_failure(&event, &kind) => return Err(self.failed(told_by(&event, data))),
            // A kind that came later than this code.
            _ => Some(()),
        };
        told.map(|()| Progress::More).ok_or_else(|| self.bad_event())
    }

    fn partial(&self) -> Option<Response> {
        self.begun.then(|| self.assembly.clone().into_response(false))
    }

    fn finish(self: Box<Self>) -> Result<Response, ModelError> {
        if self.complete {
            return Ok(self.assembly.into_response(true));
        }
        Err(self.failed(ModelError::protocol(
            ProtocolFault::Truncated,
            "the stream ended before the reply did",
        )))
    }
}

impl Decoder {
    /// Takes an event about one item. `None` where it lacks what it is there for.
    fn take(&mut self, kind: &str, event: &Event<'_>, out: &mut Vec<Delta>) -> Option<()> {
        self.begun = true;
        let id = text(event.item_id).unwrap_or_default();
        let place = Place { index: number(event.output_index), id: &id };
        let content = number(event.content_index).unwrap_or(0);
        let summary = number(event.summary_index).unwrap_or(0);
        let Some((what, step)) = kind.rsplit_once('.') else { return Some(()) };
        let target = match what {
            "output_item" => {
                self.assembly.take_item(place.index, event.item?, step == "done", out);
                return Some(());
            }
            "content_part" | "reasoning_summary_part" => {
                let (part, kind) = (event.part?, Object::of(event.part?).text("type"));
                let target = match Section::of(&kind) {
                    Some(Section::Summary) => Target::Thought(Section::Summary, summary),
                    Some(section) => Target::Thought(section, content),
                    None => Target::Content(ContentKind::Text, content),
                };
                self.assembly.change(place, target, out, |item, out| {
                    item.take_part(target, part, out);
                });
                return Some(());
            }
            "output_text" => Target::Content(ContentKind::Text, content),
            "refusal" => Target::Content(ContentKind::Refusal, content),
            "reasoning_summary_text" => Target::Thought(Section::Summary, summary),
            "reasoning_text" => Target::Thought(Section::Content, content),
            "function_call_arguments" | "custom_tool_call_input" => Target::Arguments,
            // The progress of a hosted tool: its item tells all when it is finished.
            _ => return Some(()),
        };
        match step {
            "delta" => {
                if event.delta.is_none() || self.repeats(number(event.sequence_number)) {
                    return Some(());
                }
                let more = text(event.delta)?;
                self.assembly.change(place, target, out, |item, out| item.add(target, &more, out));
            }
            "done" => {
                let whole = event.text.or(event.refusal).or(event.arguments).or(event.input);
                self.assembly.change(place, target, out, |item, out| item.set(target, whole, out));
            }
            _ => {}
        }
        Some(())
    }

    /// Takes the event that ends the reply.
    fn end(
        &mut self,
        status: &str,
        reply: Option<&Reply<'_>>,
        out: &mut Vec<Delta>,
    ) -> Result<Progress, ModelError> {
        self.begun = true;
        if let Some(reply) = reply {
            self.assembly.take_frame(reply);
            self.assembly.take_output(reply.output.as_deref().unwrap_or_default(), out);
        }
        self.assembly.end(status, out);
        if let Some(error) = failure(reply, self.assembly.has_failed()) {
            return Err(self.failed(error));
        }
        self.complete = true;
        Ok(Progress::Complete)
    }

    /// Whether a piece was sent again. Versions of whole items may come as often as they like, and
    /// mend what was passed over here wrongly, because a server begins to count anew.
    fn repeats(&mut self, number: Option<u64>) -> bool {
        let Some(number) = number.filter(|number| *number > 0) else { return false };
        let repeats = self.seen.is_some_and(|seen| number <= seen);
        self.seen = self.seen.max(Some(number));
        repeats
    }

    fn bad_event(&self) -> ModelError {
        let message = "an event of the stream is not what it should be";
        self.failed(ModelError::protocol(ProtocolFault::BadEvent, message))
    }

    /// Adds to an error what had arrived before it: it may have been paid for.
    fn failed(&self, error: ModelError) -> ModelError {
        match self.partial() {
            Some(partial) => error.with_partial(partial),
            None => error,
        }
    }
}

/// Whether an event that is none of this wire's tells of a failure.
fn is_failure(event: &Event<'_>, kind: &str) -> bool {
    let bare = kind.is_empty() && (event.message.is_some() || event.detail.is_some());
    bare || meaningful(event.error).is_some()
}

/// The failure that an event tells of: in an object of its own, or in its own fields.
fn told_by(event: &Event<'_>, data: &str) -> ModelError {
    let own = meaningful(event.error).filter(|json| json.starts_with('{'));
    error::from_event(own.unwrap_or(data))
}
