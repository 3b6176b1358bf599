//! A `message` item: what the model says to the user.

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::object::Object;
use crate::response::Part;
use crate::stream::Delta;

/// A message, as far as it has come.
#[derive(Clone, Default)]
pub(super) struct Message {
    /// Its id, its phase and the like.
    details: Map<String, Value>,
    contents: Vec<Content>,
}

#[derive(Clone)]
struct Content {
    index: u64,
    kind: ContentKind,
    text: String,
    /// Annotations, logprobs and the like; of a part of another kind, all of it.
    details: Map<String, Value>,
}

/// What a piece of content is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ContentKind {
    Text,
    Refusal,
    Other,
}

impl Message {
    /// Takes a version of the item.
    pub(super) fn take(&mut self, item: &Object<'_>, out: &mut Vec<Delta>) {
        self.details.extend(item.beside(&["type", "role", "status", "content"]));
        for (index, part) in (0..).zip(item.list("content")) {
            self.take_part(index, part, out);
        }
    }

    /// Takes a version of one of its parts.
    pub(super) fn take_part(&mut self, index: u64, part: &RawValue, out: &mut Vec<Delta>) {
        let part = Object::of(part);
        let (kind, field) = match &*part.text("type") {
            "output_text" | "text" => (ContentKind::Text, "text"),
            "refusal" => (ContentKind::Refusal, "refusal"),
            _ => (ContentKind::Other, ""),
        };
        self.set(index, kind, &part.text(field), out);
        let known: &[&str] = if kind == ContentKind::Other { &[] } else { &["type", field] };
        self.content(index, kind).details.extend(part.beside(known));
    }

    /// Adds to a text.
    pub(super) fn add(&mut self, index: u64, kind: ContentKind, more: &str, out: &mut Vec<Delta>) {
        if more.is_empty() {
            return;
        }
        self.content(index, kind).text.push_str(more);
        out.push(kind.delta(more.to_owned()));
    }

    /// Takes a text as a whole, and tells what is new of it.
    pub(super) fn set(&mut self, index: u64, kind: ContentKind, whole: &str, out: &mut Vec<Delta>) {
        if let Some(more) = settle(&mut self.content(index, kind).text, whole) {
            out.push(kind.delta(more));
        }
    }

    fn content(&mut self, index: u64, kind: ContentKind) -> &mut Content {
        let place = (index, kind);
        let at =
            self.contents.binary_search_by_key(&place, |content| (content.index, content.kind));
        let at = at.unwrap_or_else(|at| {
            let content = Content { index, kind, text: String::new(), details: Map::new() };
            self.contents.insert(at, content);
            at
        });
        &mut self.contents[at]
    }

    pub(super) fn into_parts(self, provider: &str) -> impl Iterator<Item = Part> {
        let message = self.details;
        self.contents.into_iter().filter_map(move |content| {
            let Content { kind, text, details, .. } = content;
            match kind {
                ContentKind::Text if text.is_empty() && details.is_empty() => None,
                ContentKind::Text => {
                    let mut all = message.clone();
                    all.extend(details);
                    let details = (!all.is_empty()).then_some(Value::Object(all));
                    Some(Part::Text { text, details })
                }
                ContentKind::Refusal => (!text.is_empty()).then_some(Part::Refusal { text }),
                ContentKind::Other if details.is_empty() => None,
                // As an item of its own, so that it can be sent back like the others.
                ContentKind::Other => {
                    let mut item = message.clone();
                    item.insert("type".to_owned(), "message".into());
                    item.insert("role".to_owned(), "assistant".into());
                    item.insert("status".to_owned(), "completed".into());
                    item.insert("content".to_owned(), json!([details]));
                    Some(Part::Provider { provider: provider.to_owned(), raw: item.into() })
                }
            }
        })
    }
}

impl ContentKind {
    fn delta(self, text: String) -> Delta {
        match self {
            Self::Refusal => Delta::Refusal(text),
            Self::Text | Self::Other => Delta::Text(text),
        }
    }
}

/// Puts the whole of a text in the place of what had come of it, and gives what is new. The whole
/// holds even where it is another text; one that is empty only says that it was not repeated.
pub(super) fn settle(text: &mut String, whole: &str) -> Option<String> {
    if whole.is_empty() || whole == text {
        return None;
    }
    let more = whole.strip_prefix(text.as_str()).map(str::to_owned);
    whole.clone_into(text);
    more
}
