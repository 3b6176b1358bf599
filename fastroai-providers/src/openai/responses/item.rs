//! One item of a reply's output, whole or growing.
//!
//! Kinds: <https://platform.openai.com/docs/api-reference/responses/object#responses/object-output>.

use std::borrow::Cow;

use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::message::{ContentKind, Message, settle};
use super::object::{Object, text};
use super::thought::{Section, Thought};
use crate::message::ToolCall;
use crate::response::Part;
use crate::stream::Delta;

/// An item, as far as it has come.
#[derive(Clone)]
pub(super) enum Item {
    Message(Message),
    Reasoning(Thought),
    Call(Call),
    /// A hosted tool, or a kind that we do not know: kept as it came.
    Other(Value),
}

/// What an item is to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Message,
    Reasoning,
    Call,
    Other,
}

/// A text within an item.
#[derive(Debug, Clone, Copy)]
pub(super) enum Target {
    Content(ContentKind, u64),
    Thought(Section, u64),
    Arguments,
}

impl Target {
    /// The kind of item that has such a text.
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Content(..) => Kind::Message,
            Self::Thought(..) => Kind::Reasoning,
            Self::Arguments => Kind::Call,
        }
    }
}

impl Kind {
    pub(super) fn of(item: &Object<'_>) -> Self {
        match &*item.text("type") {
            "message" => Self::Message,
            "reasoning" => Self::Reasoning,
            "function_call" | "custom_tool_call" => Self::Call,
            _ => Self::Other,
        }
    }

    /// An item of which nothing has come.
    pub(super) fn empty(self) -> Item {
        match self {
            Self::Message => Item::Message(Message::default()),
            Self::Reasoning => Item::Reasoning(Thought::default()),
            Self::Call => Item::Call(Call::default()),
            Self::Other => Item::Other(Value::Null),
        }
    }
}

impl Item {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Message(_) => Kind::Message,
            Self::Reasoning(_) => Kind::Reasoning,
            Self::Call(_) => Kind::Call,
            Self::Other(_) => Kind::Other,
        }
    }

    /// Takes a version of the item.
    pub(super) fn take(
        &mut self,
        item: &Object<'_>,
        json: &RawValue,
        finished: bool,
        out: &mut Vec<Delta>,
    ) {
        match self {
            Self::Message(message) => message.take(item, out),
            Self::Reasoning(thought) => thought.take(item, json, finished, out),
            Self::Call(call) => call.take(item),
            Self::Other(raw) => *raw = serde_json::from_str(json.get()).unwrap_or_default(),
        }
    }

    /// Takes a version of one of its parts.
    pub(super) fn take_part(&mut self, target: Target, part: &RawValue, out: &mut Vec<Delta>) {
        match (self, target) {
            (Self::Message(message), Target::Content(_, index)) => {
                message.take_part(index, part, out);
            }
            (Self::Reasoning(thought), Target::Thought(section, index)) => {
                thought.set(section, index, &Object::of(part).text("text"), out);
            }
            _ => {}
        }
    }

    /// Adds to one of its texts.
    pub(super) fn add(&mut self, target: Target, more: &str, out: &mut Vec<Delta>) {
        match (self, target) {
            (Self::Message(message), Target::Content(kind, index)) => {
                message.add(index, kind, more, out);
            }
            (Self::Reasoning(thought), Target::Thought(section, index)) => {
                thought.add(section, index, more, out);
            }
            (Self::Call(call), Target::Arguments) => call.add(more),
            _ => {}
        }
    }

    /// Takes one of its texts as a whole.
    pub(super) fn set(&mut self, target: Target, whole: Option<&RawValue>, out: &mut Vec<Delta>) {
        let said = || text(whole).unwrap_or_default();
        match (self, target) {
            (Self::Message(message), Target::Content(kind, index)) => {
                message.set(index, kind, &said(), out);
            }
            (Self::Reasoning(thought), Target::Thought(section, index)) => {
                thought.set(section, index, &said(), out);
            }
            (Self::Call(call), Target::Arguments) => call.set(whole),
            _ => {}
        }
    }

    pub(super) fn into_parts(self, provider: &str) -> Vec<Part> {
        match self {
            Self::Message(message) => message.into_parts(provider).collect(),
            Self::Reasoning(thought) => thought.into_parts(provider).collect(),
            Self::Call(call) => vec![Part::ToolCall(call.finish())],
            Self::Other(Value::Null) => Vec::new(),
            Self::Other(raw) => vec![Part::Provider { provider: provider.to_owned(), raw }],
        }
    }
}

/// A call of a function, or of a custom tool whose input is free text.
#[derive(Clone, Default)]
pub(super) struct Call {
    id: String,
    name: String,
    arguments: String,
    custom: bool,
    /// The item's id, its namespace and the like.
    details: Map<String, Value>,
    announced: Option<usize>,
    /// How much of the arguments was told.
    told: usize,
}

impl Call {
    fn take(&mut self, item: &Object<'_>) {
        self.custom |= item.text("type") == "custom_tool_call";
        for (mine, theirs) in
            [(&mut self.id, item.text("call_id")), (&mut self.name, item.text("name"))]
        {
            if !theirs.is_empty() {
                *mine = theirs.into_owned();
            }
        }
        self.set(item.raw(if self.custom { "input" } else { "arguments" }));
        let known = ["type", "status", "call_id", "name", "arguments", "input"];
        self.details.extend(item.beside(&known));
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    fn add(&mut self, more: &str) {
        // The very same arguments once more cannot go on from where they ended.
        if self.arguments != more || !is_object(more) {
            self.arguments.push_str(more);
        }
    }

    /// Takes the arguments as a whole: a text, or what is no text just as it stands.
    fn set(&mut self, whole: Option<&RawValue>) {
        let Some(raw) = whole else { return };
        let whole = text(Some(raw)).unwrap_or(Cow::Borrowed(raw.get()));
        let before = self.arguments.len();
        // What replaces another text cannot be told in pieces.
        if settle(&mut self.arguments, &whole).is_none()
            && self.told > 0
            && self.arguments.len() != before
        {
            self.told = self.arguments.len();
        }
    }

    /// Tells what is new: at first that there is a call, once its name is known or nothing more
    /// can come.
    pub(super) fn tell(&mut self, next: &mut usize, ended: bool, out: &mut Vec<Delta>) -> bool {
        if self.announced.is_none() && (ended || !self.name.is_empty()) {
            out.push(Delta::ToolCall { index: *next, name: self.name.clone() });
            self.announced = Some(*next);
            *next += 1;
        }
        let Some(index) = self.announced else { return false };
        if let Some(fragment) = self.arguments.get(self.told..).filter(|new| !new.is_empty()) {
            out.push(Delta::Arguments { index, fragment: fragment.to_owned() });
        }
        self.told = self.arguments.len();
        true
    }

    fn finish(self) -> ToolCall {
        let mut details = self.details;
        if self.custom {
            details.insert("type".to_owned(), "custom".into());
        }
        let mut call = ToolCall::new(self.id, self.name, self.arguments);
        call.details = (!details.is_empty()).then_some(Value::Object(details));
        call
    }
}

fn is_object(json: &str) -> bool {
    json.starts_with('{') && serde_json::from_str::<IgnoredAny>(json).is_ok()
}
