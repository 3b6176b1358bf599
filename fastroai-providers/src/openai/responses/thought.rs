//! A `reasoning` item: what the model shows of its thinking, and what it hides.

use serde_json::Value;
use serde_json::value::RawValue;

use super::message::settle;
use super::object::Object;
use crate::response::{Part, Reasoning};
use crate::stream::Delta;

/// A reasoning item, as far as it has come.
#[derive(Clone, Default)]
pub(super) struct Thought {
    texts: Vec<(Section, u64, String)>,
    /// The finished item, as it came.
    raw: Option<Value>,
}

/// Where a text stands: in the summary, or in the reasoning itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Section {
    Summary,
    Content,
}

impl Section {
    /// The section that a part of this type belongs to.
    pub(super) fn of(kind: &str) -> Option<Self> {
        match kind {
            "summary_text" => Some(Self::Summary),
            "reasoning_text" => Some(Self::Content),
            _ => None,
        }
    }
}

impl Thought {
    /// Takes a version of the item; what is encrypted in one is good only when it is finished.
    pub(super) fn take(
        &mut self,
        item: &Object<'_>,
        json: &RawValue,
        finished: bool,
        out: &mut Vec<Delta>,
    ) {
        for (section, name) in [(Section::Summary, "summary"), (Section::Content, "content")] {
            for (index, part) in (0..).zip(item.list(name)) {
                self.set(section, index, &Object::of(part).text("text"), out);
            }
        }
        let raw = serde_json::from_str(json.get()).ok().filter(|_| finished);
        if let Some(raw) = raw
            && (is_sealed(&raw) || !self.raw.as_ref().is_some_and(is_sealed))
        {
            self.raw = Some(raw);
        }
    }

    /// Adds to a text.
    pub(super) fn add(&mut self, section: Section, index: u64, more: &str, out: &mut Vec<Delta>) {
        if more.is_empty() {
            return;
        }
        self.text(section, index).push_str(more);
        out.push(Delta::Reasoning(more.to_owned()));
    }

    /// Takes a text as a whole, and tells what is new of it.
    pub(super) fn set(&mut self, section: Section, index: u64, whole: &str, out: &mut Vec<Delta>) {
        if let Some(more) = settle(self.text(section, index), whole) {
            out.push(Delta::Reasoning(more));
        }
    }

    fn text(&mut self, section: Section, index: u64) -> &mut String {
        let place = (section, index);
        let at = self.texts.binary_search_by_key(&place, |(section, index, _)| (*section, *index));
        let at = at.unwrap_or_else(|at| {
            self.texts.insert(at, (section, index, String::new()));
            at
        });
        &mut self.texts[at].2
    }

    /// What was shown, for whoever reads it, and then the item, for its provider.
    pub(super) fn into_parts(self, provider: &str) -> impl Iterator<Item = Part> {
        let text: String = self.texts.into_iter().map(|(_, _, text)| text).collect();
        let shown =
            (!text.is_empty()).then(|| Part::Reasoning(Reasoning { text, ..Reasoning::default() }));
        let provider = provider.to_owned();
        let item = self.raw.map(|raw| Part::Provider { provider, raw });
        shown.into_iter().chain(item)
    }
}

/// Whether a reasoning item holds the reasoning in encrypted form.
pub(super) fn is_sealed(raw: &Value) -> bool {
    raw.get("encrypted_content").and_then(Value::as_str).is_some_and(|sealed| !sealed.is_empty())
}
