//! Whether JSON is more of what it was.

use serde_json::Value;

/// Whether all that was there still is, and is the same: texts may be longer, lists and objects more.
#[must_use]
pub fn has_grown(from: &Value, to: &Value) -> bool {
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
