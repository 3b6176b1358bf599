//! A JSON object read field by field, so that one odd field does not lose the others.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// The fields of an object, unread.
#[derive(Default)]
pub(super) struct Object<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Object<'a> {
    /// The fields of this JSON; none where it is no object.
    pub(super) fn of(json: &'a RawValue) -> Self {
        Self(serde_json::from_str(json.get()).unwrap_or_default())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A field that is not `null`.
    pub(super) fn raw(&self, name: &str) -> Option<&'a RawValue> {
        self.0.get(name).copied().filter(|raw| raw.get() != "null")
    }

    /// A field that is a text; empty where it is none.
    pub(super) fn text(&self, name: &str) -> Cow<'a, str> {
        text(self.raw(name)).unwrap_or_default()
    }

    /// A field that is a list; empty where it is none.
    pub(super) fn list(&self, name: &str) -> Vec<&'a RawValue> {
        list(self.raw(name))
    }

    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(name, raw)| (name.as_str(), *raw))
    }

    /// The fields beside these that say something.
    pub(super) fn beside(&self, known: &[&str]) -> Map<String, Value> {
        let others = self.fields().filter(|(name, _)| !known.contains(name));
        let values = others.filter_map(|(name, raw)| {
            let value: Value = serde_json::from_str(raw.get()).ok()?;
            let silent = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
            (!silent).then(|| (name.to_owned(), value))
        });
        values.collect()
    }
}

/// The text that a JSON string holds, borrowed unless it holds escapes.
pub(super) fn text(raw: Option<&RawValue>) -> Option<Cow<'_, str>> {
    let json = raw?.get();
    let inside = json.strip_prefix('"')?.strip_suffix('"')?;
    if inside.contains('\\') {
        return serde_json::from_str(json).ok().map(Cow::Owned);
    }
    Some(Cow::Borrowed(inside))
}

/// The entries of a JSON list.
pub(super) fn list(raw: Option<&RawValue>) -> Vec<&RawValue> {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default()
}

/// A whole number that is not negative.
pub(super) fn number(raw: Option<&RawValue>) -> Option<u64> {
    raw?.get().parse().ok()
}
