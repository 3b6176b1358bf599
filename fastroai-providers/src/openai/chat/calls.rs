//! Tool calls, put together from the pieces of a stream.

use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::wire;
use crate::message::ToolCall;
use crate::stream::Delta;

/// The calls of one reply. The first `placed` have their final place and were announced; the others
/// wait for calls of a lower index, which may still come, or for their name.
#[derive(Debug, Clone, Default)]
pub(super) struct Calls {
    calls: Vec<Call>,
    placed: usize,
}

#[derive(Debug, Clone, Default)]
struct Call {
    index: u64,
    id: String,
    name: String,
    arguments: String,
    custom: bool,
    extra: Option<Value>,
}

/// What one delta says about a call.
struct Piece<'a> {
    index: Option<u64>,
    id: &'a str,
    name: &'a str,
    arguments: &'a str,
    custom: bool,
}

impl Calls {
    pub(super) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// Adds a call of a whole reply: its place is its place in the list.
    pub(super) fn push(&mut self, call: &wire::ToolCall<'_>) {
        let piece = Piece::of(call);
        if piece.is_empty() {
            return;
        }
        let index = self.calls.len() as u64;
        self.add(index, &piece, extra(call));
    }

    /// Takes a piece of a call from a stream.
    pub(super) fn take(&mut self, call: &wire::ToolCall<'_>, out: &mut Vec<Delta>) {
        let piece = Piece::of(call);
        if piece.is_empty() && call.index.is_none() {
            return;
        }
        let Some(at) = self.find(&piece) else {
            let index = piece.index.unwrap_or(self.calls.len() as u64);
            self.add(index, &piece, extra(call));
            return;
        };
        let Some(known) = self.calls.get_mut(at) else { return };
        if piece.repeats(known) {
            return;
        }
        fill(&mut known.id, piece.id);
        fill(&mut known.name, piece.name);
        known.custom |= piece.custom;
        if let Some(extra) = extra(call) {
            known.extra = Some(extra);
        }
        known.arguments.push_str(piece.arguments);
        if at < self.placed && !piece.arguments.is_empty() {
            out.push(Delta::Arguments { index: at, fragment: piece.arguments.to_owned() });
        }
    }

    /// Gives calls their final place and announces them: those that no call can come before any
    /// more, or `all` of them when the reply has ended.
    pub(super) fn place(&mut self, all: bool, out: &mut Vec<Delta>) {
        while let Some(waiting) = self.calls.get_mut(self.placed..) {
            let next = waiting.iter().enumerate().min_by_key(|(_, call)| call.index);
            let Some((at, call)) = next else { return };
            let due = call.index <= self.placed as u64 && !call.name.is_empty();
            if !due && !all {
                return;
            }
            out.push(Delta::ToolCall { index: self.placed, name: call.name.clone() });
            if !call.arguments.is_empty() {
                let fragment = call.arguments.clone();
                out.push(Delta::Arguments { index: self.placed, fragment });
            }
            if let Some(moved) = waiting.get_mut(..=at) {
                moved.rotate_right(1);
            }
            self.placed += 1;
        }
    }

    /// The calls in their order.
    pub(super) fn into_calls(mut self) -> impl Iterator<Item = ToolCall> {
        if let Some(waiting) = self.calls.get_mut(self.placed..) {
            waiting.sort_by_key(|call| call.index);
        }
        self.calls.into_iter().map(Call::finish)
    }

    fn add(&mut self, index: u64, piece: &Piece<'_>, extra: Option<Value>) {
        self.calls.push(Call {
            index,
            id: piece.id.to_owned(),
            name: piece.name.to_owned(),
            arguments: piece.arguments.to_owned(),
            custom: piece.custom,
            extra,
        });
    }

    /// The call that a piece continues; `None` where it begins one.
    ///
    /// The index says which, but some services use one index for several calls: then another id,
    /// or a named piece after complete arguments, begins the next.
    fn find(&self, piece: &Piece<'_>) -> Option<usize> {
        let Some(index) = piece.index else {
            if !piece.id.is_empty() {
                return self.calls.iter().rposition(|call| call.id == piece.id);
            }
            let last = self.calls.last()?;
            let begins = !piece.name.is_empty() && !last.name.is_empty();
            return (!begins).then(|| self.calls.len() - 1);
        };
        let same = |call: &Call| call.index == index;
        if !piece.id.is_empty()
            && let Some(at) = self.calls.iter().rposition(|c| same(c) && c.id == piece.id)
        {
            return Some(at);
        }
        let at = self.calls.iter().rposition(same)?;
        let known = self.calls.get(at)?;
        let begins = !piece.name.is_empty()
            && if piece.id.is_empty() {
                !piece.arguments.is_empty() && is_complete(&known.arguments)
            } else {
                !known.id.is_empty()
            };
        (!begins).then_some(at)
    }
}

impl<'a> Piece<'a> {
    fn of(call: &'a wire::ToolCall<'_>) -> Self {
        let text = |text: &'a Option<wire::Text<'_>>| text.as_ref().map_or("", |text| &*text.0);
        let mut piece = Self {
            index: call.index,
            id: call.id.as_ref().map_or("", |id| &id.0),
            name: "",
            arguments: "",
            custom: false,
        };
        if let Some(function) = &call.function {
            piece.name = text(&function.name);
            piece.arguments = function.arguments.as_ref().map_or("", |arguments| &arguments.0);
        }
        // Snowflake sends an empty `custom` beside each function.
        if piece.name.is_empty()
            && piece.arguments.is_empty()
            && let Some(custom) = &call.custom
        {
            piece.name = text(&custom.name);
            piece.arguments = text(&custom.input);
            piece.custom = !piece.name.is_empty() || !piece.arguments.is_empty();
        }
        piece
    }

    fn is_empty(&self) -> bool {
        self.id.is_empty() && self.name.is_empty() && self.arguments.is_empty()
    }

    /// Whether this is a whole call that has been seen already.
    fn repeats(&self, known: &Call) -> bool {
        !self.id.is_empty()
            && self.id == known.id
            && self.name == known.name
            && self.arguments == known.arguments
            && is_complete(self.arguments)
    }
}

impl Call {
    fn finish(self) -> ToolCall {
        let mut call = ToolCall::new(self.id, self.name, self.arguments);
        let mut details = Map::new();
        if self.custom {
            details.insert("type".to_owned(), "custom".into());
        }
        if let Some(extra) = self.extra {
            details.insert("extra_content".to_owned(), extra);
        }
        call.details = (!details.is_empty()).then_some(Value::Object(details));
        call
    }
}

fn extra(call: &wire::ToolCall<'_>) -> Option<Value> {
    serde_json::from_str(call.extra_content?.get()).ok()
}

fn fill(slot: &mut String, text: &str) {
    if slot.is_empty() {
        text.clone_into(slot);
    }
}

fn is_complete(arguments: &str) -> bool {
    arguments.trim_start().starts_with('{') && serde_json::from_str::<IgnoredAny>(arguments).is_ok()
}
