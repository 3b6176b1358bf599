//! Where two JSON texts differ.

use serde_json::Value;

/// The longest piece of JSON that is shown.
const SHOWN: usize = 160;

/// Notes each place that differs: its JSON pointer, what was expected there, and what is there.
pub(super) fn note(at: &str, expected: &Value, got: &Value, out: &mut Vec<String>) {
    match (expected, got) {
        (Value::Object(expected), Value::Object(got)) => {
            let further = got.keys().filter(|key| !expected.contains_key(*key));
            for key in expected.keys().chain(further) {
                let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                match (expected.get(key), got.get(key)) {
                    (Some(expected), Some(got)) => note(&at, expected, got, out),
                    (expected, got) => differ(&at, expected, got, out),
                }
            }
        }
        (Value::Array(expected), Value::Array(got)) => {
            for index in 0..expected.len().max(got.len()) {
                let at = format!("{at}/{index}");
                match (expected.get(index), got.get(index)) {
                    (Some(expected), Some(got)) => note(&at, expected, got, out),
                    (expected, got) => differ(&at, expected, got, out),
                }
            }
        }
        // `1` and `1.0` are one number.
        (Value::Number(one), Value::Number(other)) if one.as_f64() == other.as_f64() => {}
        (expected, got) if expected == got => {}
        (expected, got) => differ(at, Some(expected), Some(got), out),
    }
}

fn differ(at: &str, expected: Option<&Value>, got: Option<&Value>, out: &mut Vec<String>) {
    // A `null` says nothing, on every wire.
    if expected.is_none_or(Value::is_null) && got.is_none_or(Value::is_null) {
        return;
    }
    let shown = |value: Option<&Value>| match value {
        None => "nothing".to_owned(),
        Some(value) => {
            let text = value.to_string();
            let short: String = text.chars().take(SHOWN).collect();
            if short.len() < text.len() { short + "…" } else { short }
        }
    };
    out.push(format!("request {at}: expected {}, got {}", shown(expected), shown(got)));
}
