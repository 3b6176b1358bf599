//! A tool's result on its way to the model.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A result as the wire wants it: an object of one field, `result` or `error`.
pub(super) struct Outcome<'a> {
    key: &'static str,
    content: Content<'a>,
}

enum Content<'a> {
    Json(&'a RawValue),
    Text(&'a str),
}

impl<'a> Outcome<'a> {
    pub(super) fn new(content: &'a str, is_error: bool) -> Self {
        let key = if is_error { "error" } else { "result" };
        Self { key, content: Content::new(content) }
    }
}

impl<'a> Content<'a> {
    /// Objects and lists go as they are, unless the wire would change them.
    fn new(content: &'a str) -> Self {
        if content.trim_start().starts_with(['{', '['])
            && let Ok(value) = serde_json::from_str::<Value>(content)
            && survives(&value, DEPTH)
            && let Ok(raw) = serde_json::from_str(content)
        {
            return Self::Json(raw);
        }
        Self::Text(content)
    }
}

/// How deep a result may be nested to go as JSON.
const DEPTH: usize = 24;

/// Whether a value comes through a wire whose numbers are doubles.
fn survives(value: &Value, depth: usize) -> bool {
    /// The largest whole number below which a double misses none.
    const LARGEST: u64 = 1 << 53;
    let Some(depth) = depth.checked_sub(1) else { return false };
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => {
            let whole = number.as_u64().or(number.as_i64().map(i64::unsigned_abs));
            whole.is_none_or(|whole| whole <= LARGEST)
        }
        Value::Array(values) => values.iter().all(|value| survives(value, depth)),
        Value::Object(fields) => fields.values().all(|value| survives(value, depth)),
    }
}

impl Serialize for Outcome<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self.content {
            Content::Json(raw) => map.serialize_entry(self.key, raw)?,
            Content::Text(text) => map.serialize_entry(self.key, text)?,
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_goes_as_it_is_where_the_wire_keeps_it_and_as_text_where_not() {
        for (content, is_error, sent) in [
            ("sunny", false, r#"{"result":"sunny"}"#),
            ("", true, r#"{"error":""}"#),
            ("42", false, r#"{"result":"42"}"#),
            (r#"{"n": 1.50}"#, false, r#"{"result":{"n": 1.50}}"#),
            ("[1,", false, r#"{"result":"[1,"}"#),
            ("[9007199254740993]", false, r#"{"result":"[9007199254740993]"}"#),
            ("[-9007199254740992]", true, r#"{"error":[-9007199254740992]}"#),
            (r#"["\ud800"]"#, false, r#"{"result":"[\"\\ud800\"]"}"#),
        ] {
            let outcome = Outcome::new(content, is_error);
            assert_eq!(serde_json::to_string(&outcome).unwrap(), sent);
        }
        let deep = "[".repeat(60) + &"]".repeat(60);
        assert!(matches!(Content::new(&deep), Content::Text(_)));
    }
}
