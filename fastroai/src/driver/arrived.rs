//! What has come of a reply while it is streamed, kept for the case that the rest never does.

use fastroai_providers::{Delta, Part, Reasoning, Response, ToolCall, Usage};

use super::held_back::HeldBack;

/// The pieces of a reply so far, put together.
///
/// A whole reply comes by itself at the end; this one has no signatures, and of its usage what was
/// told on the way.
#[derive(Default)]
pub(super) struct Arrived {
    parts: Vec<Part>,
    /// The place among the parts of each call that has begun, by its place among the calls.
    calls: Vec<(usize, usize)>,
    usage: Option<Box<Usage>>,
    /// What guards hold back of it, where some look at it.
    pub(super) held: Option<Box<HeldBack>>,
}

impl Arrived {
    /// Nothing yet, of a reply that is held back by these.
    pub(super) fn behind(held: Option<Box<HeldBack>>) -> Self {
        Self { held, ..Self::default() }
    }

    /// A new reply begins.
    pub(super) fn clear(&mut self) {
        self.parts.clear();
        self.calls.clear();
        self.usage = None;
        self.held.iter_mut().for_each(|held| held.clear());
    }

    /// Takes what the provider has counted so far.
    pub(super) fn count(&mut self, usage: Box<Usage>) {
        self.usage = Some(usage);
    }

    /// What the provider has counted so far.
    pub(super) fn usage(&self) -> Option<&Usage> {
        self.usage.as_deref()
    }

    /// Adds a piece.
    pub(super) fn add(&mut self, delta: &Delta) {
        match (delta, self.parts.last_mut()) {
            (Delta::Text(more) | Delta::Reasoning(more) | Delta::Refusal(more), _)
                if more.is_empty() => {}
            (Delta::Text(more), Some(Part::Text { text, .. }))
            | (Delta::Refusal(more), Some(Part::Refusal { text })) => text.push_str(more),
            (Delta::Reasoning(more), Some(Part::Reasoning(thought))) => thought.text.push_str(more),
            (Delta::Text(text), _) => self.parts.push(Part::text(text)),
            (Delta::Refusal(text), _) => self.parts.push(Part::Refusal { text: text.clone() }),
            (Delta::Reasoning(text), _) => {
                let mut thought = Reasoning::default();
                thought.text.clone_from(text);
                self.parts.push(Part::Reasoning(thought));
            }
            (Delta::ToolCall { index, name }, _) => {
                self.calls.push((*index, self.parts.len()));
                self.parts.push(Part::ToolCall(ToolCall::new("", name, "")));
            }
            (Delta::Arguments { index, fragment }, _) => {
                // Nearly always the call that began last.
                let begun = self.calls.iter().rev().find(|(call, _)| call == index);
                if let Some(Part::ToolCall(call)) =
                    begun.and_then(|(_, place)| self.parts.get_mut(*place))
                {
                    call.arguments.push_str(fragment);
                }
            }
            _ => {}
        }
    }

    /// The pieces of a whole reply that have not come; none of a text that has become another one,
    /// since what was shown cannot be taken back.
    pub(super) fn rest_of(&self, reply: &Response) -> Vec<Delta> {
        let mut rest = Vec::new();
        let mut add = |delta: fn(String) -> Delta, text: fn(&Part) -> Option<&str>| {
            let all = |parts: &[Part]| parts.iter().filter_map(text).collect::<String>();
            let (whole, shown) = (all(&reply.parts), all(&self.parts));
            let more = whole.strip_prefix(&shown).filter(|more| !more.is_empty());
            rest.extend(more.map(|more| delta(more.to_owned())));
        };
        add(Delta::Reasoning, |part| part.as_reasoning().map(|thought| thought.text.as_str()));
        add(Delta::Text, Part::as_text);
        add(Delta::Refusal, |part| match part {
            Part::Refusal { text } => Some(text),
            _ => None,
        });
        for (index, call) in reply.tool_calls().enumerate() {
            let begun = self.calls.iter().find(|(call, _)| *call == index);
            let begun = begun.and_then(|(_, place)| match self.parts.get(*place) {
                Some(Part::ToolCall(begun)) => Some(begun.arguments.as_str()),
                _ => None,
            });
            if begun.is_none() {
                rest.push(Delta::ToolCall { index, name: call.name.clone() });
            }
            let more = call.arguments.strip_prefix(begun.unwrap_or_default());
            if let Some(fragment) = more.filter(|more| !more.is_empty()) {
                rest.push(Delta::Arguments { index, fragment: fragment.to_owned() });
            }
        }
        rest
    }

    /// Whether nothing has come that a watcher could have been shown.
    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// The reply as far as it has come; `None` where nothing has.
    pub(super) fn into_reply(self) -> Option<Response> {
        if self.parts.is_empty() {
            return None;
        }
        let mut reply = Response::default();
        reply.parts = self.parts;
        reply.usage = self.usage.map(|usage| *usage).unwrap_or_default();
        reply.interrupted = true;
        Some(reply)
    }
}
