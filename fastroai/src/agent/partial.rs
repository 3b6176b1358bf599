//! A typed answer while its JSON is still arriving.

use jiter::{JsonValue, PartialMode};
use serde_json::{Map, Number, Value};

/// The last good value of an answer that is still arriving.
#[derive(Default)]
pub(super) struct Snapshot {
    last: Option<Value>,
    read: usize,
}

/// A text is read again when it has grown by this part of itself: reading a long answer at every
/// word would take time that grows with the square of its length.
const GROWTH: usize = 32;

impl Snapshot {
    /// Whether there is one.
    pub(super) fn is_shown(&self) -> bool {
        self.last.is_some()
    }

    /// The value of the text so far, where it says more than before.
    ///
    /// A cut inside a key, a number or a literal has no value: the last good one stands.
    pub(super) fn grow(&mut self, text: &str) -> Option<Value> {
        if text.len().saturating_sub(self.read) < self.read / GROWTH {
            return None;
        }
        self.read = text.len();
        let parsed =
            JsonValue::parse_with_config(text.as_bytes(), false, PartialMode::TrailingStrings);
        let value = value(&parsed.ok()?)?;
        if self.last.as_ref() == Some(&value) {
            return None;
        }
        self.last = Some(value.clone());
        Some(value)
    }
}

fn value(json: &JsonValue<'_>) -> Option<Value> {
    Some(match json {
        JsonValue::Null => Value::Null,
        JsonValue::Bool(bool) => Value::Bool(*bool),
        JsonValue::Int(int) => Value::Number((*int).into()),
        JsonValue::Float(float) => Value::Number(Number::from_f64(*float)?),
        JsonValue::Str(text) => Value::String(text.to_string()),
        JsonValue::Array(items) => Value::Array(items.iter().map(value).collect::<Option<_>>()?),
        JsonValue::Object(fields) => {
            let fields = fields.iter().map(|(key, field)| Some((key.to_string(), value(field)?)));
            Value::Object(fields.collect::<Option<Map<_, _>>>()?)
        }
    })
}
