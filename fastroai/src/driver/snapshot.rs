//! What the JSON of an answer says while it is still arriving.

use jiter::{JsonValue, PartialMode};
use serde_json::{Map, Number, Value};

/// The last good value of an answer that is still arriving. Values only ever grow: a text gets
/// longer, a list or an object more, and nothing that was there is another.
#[derive(Default)]
pub(super) struct Snapshot {
    last: Option<Value>,
    read: usize,
    /// How far the text was looked at for what it ends in, and what that is.
    looked: usize,
    in_string: bool,
    escaped: bool,
}

/// A text is read again when it has grown by this part of itself: reading a long answer at every
/// word would take time that grows with the square of its length.
const GROWTH: usize = 32;

impl Snapshot {
    /// The value of the text so far, where it says more than before and is to be shown.
    ///
    /// A cut inside a key, a number or a literal has no value: the last good one stands.
    pub(super) fn grow(
        &mut self,
        text: &str,
        answer: impl FnOnce(Value) -> Option<Value>,
        shows: impl FnOnce(&Value) -> bool,
    ) -> Option<Value> {
        self.look(text);
        if text.len().saturating_sub(self.read) < self.read / GROWTH {
            return None;
        }
        self.read = text.len();
        let json = self.settled(text);
        let parsed =
            JsonValue::parse_with_config(json.as_bytes(), false, PartialMode::TrailingStrings);
        let value = answer(value(&parsed.ok()?)?)?;
        let is_more = match &self.last {
            Some(last) => *last != value && has_grown(last, &value),
            None => true,
        };
        if !is_more || !shows(&value) {
            return None;
        }
        self.last = Some(value.clone());
        Some(value)
    }

    /// Goes through what is new, for what the text ends in.
    fn look(&mut self, text: &str) {
        for letter in text.as_bytes().get(self.looked..).unwrap_or_default() {
            match letter {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.in_string => self.escaped = true,
                b'"' => self.in_string = !self.in_string,
                _ => {}
            }
        }
        self.looked = text.len();
    }

    /// The text without a fence before it, and without a number at its end: there may be more of it.
    fn settled<'t>(&self, text: &'t str) -> &'t str {
        let text = text.trim_start();
        let fenced = text.strip_prefix("```json").or_else(|| text.strip_prefix("```"));
        let text = fenced.unwrap_or(text);
        if self.in_string {
            return text;
        }
        let whole = text.trim_end_matches(|c: char| {
            c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E')
        });
        let end = text.get(whole.len()..).unwrap_or_default();
        // Literals end in letters of numbers, too.
        if end.contains(|c: char| c.is_ascii_digit() || c == '-') { whole } else { text }
    }
}

/// Whether all that was there still is, and is the same.
fn has_grown(from: &Value, to: &Value) -> bool {
    match (from, to) {
        (Value::String(from), Value::String(to)) => to.starts_with(from.as_str()),
        (Value::Array(from), Value::Array(to)) => {
            from.len() <= to.len() && from.iter().zip(to).all(|(from, to)| has_grown(from, to))
        }
        (Value::Object(from), Value::Object(to)) => {
            from.iter().all(|(name, from)| to.get(name).is_some_and(|to| has_grown(from, to)))
        }
        (from, to) => from == to,
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
