//! A JSON object read field by field, so that one odd field does not lose the others.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// The fields of an object, unread.
#[derive(Debug, Default)]
pub(super) struct Fields<'a>(BTreeMap<String, &'a RawValue>);

impl<'a> Fields<'a> {
    /// The fields of this JSON, where it is an object.
    pub(super) fn parse(json: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(json).map(Self)
    }

    /// Whether the field is there, `null` or not.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The JSON of a field that is not `null`.
    pub(super) fn json(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).map(|raw| raw.get()).filter(|json| *json != "null")
    }

    /// A field that is a text.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.json(name)?).ok()
    }

    /// A field that is a whole number.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        serde_json::from_str(self.json(name)?).ok()
    }

    /// A field that is an object.
    pub(super) fn object(&self, name: &str) -> Option<Fields<'a>> {
        Fields::parse(self.json(name)?).ok()
    }

    /// The fields beside these that say something.
    pub(super) fn beside(&self, known: &[&str]) -> Map<String, Value> {
        let others = self.0.iter().filter(|(name, _)| !known.contains(&name.as_str()));
        let values = others.filter_map(|(name, raw)| {
            let value: Value = serde_json::from_str(raw.get()).ok()?;
            let silent = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
            (!silent).then(|| (name.clone(), value))
        });
        values.collect()
    }
}
