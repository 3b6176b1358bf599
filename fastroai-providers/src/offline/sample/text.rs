//! Strings of a given format, pattern and length.

use serde_json::Value;

use super::{Object, pattern, size};

/// The longest string to make, in characters.
const LONGEST: usize = 10_000;

/// The most repetitions to try in a pattern, to make a string long enough.
const MOST_REPEATS: usize = 256;

/// A string for the schema; `None` where none is found.
pub(super) fn text(schema: &Object, nth: usize) -> Option<String> {
    let of = |key: &str| schema.get(key).and_then(Value::as_str);
    let least = size(schema, "minLength").unwrap_or(0);
    let most = size(schema, "maxLength").unwrap_or(usize::MAX);
    if least > most || least > LONGEST {
        return None;
    }
    let fits = |text: &String| (least..=most).contains(&text.chars().count());
    if let Some(pattern) = of("pattern")
        && let Some(text) =
            (0..=least.min(MOST_REPEATS)).find_map(|more| pattern::text(pattern, more).filter(fits))
    {
        return Some(text);
    }
    if let Some(text) = of("format").and_then(|format| formatted(format, nth)).filter(fits) {
        return Some(text);
    }
    if nth == 0
        && let Some(text) = of("description").and_then(example_in).filter(fits)
    {
        return Some(text);
    }
    let text = if nth == 0 { "example".to_owned() } else { format!("{nth} example") };
    let long = text.chars().chain(std::iter::repeat('x'));
    Some(long.take(text.len().max(least).min(most)).collect())
}

/// A value of a format, in one of the names that JSON schema and its users have for them
/// (<https://json-schema.org/draft/2020-12/json-schema-validation#section-7.3>).
fn formatted(format: &str, nth: usize) -> Option<String> {
    let nth = nth % 10;
    Some(match format {
        "date" => format!("2025-01-1{nth}"),
        "date-time" => format!("2025-01-1{nth}T12:00:00Z"),
        "partial-date-time" | "local-date-time" => format!("2025-01-1{nth}T12:00:00"),
        "time" => format!("12:00:0{nth}Z"),
        "partial-time" => format!("12:00:0{nth}"),
        "duration" => format!("PT{}H", nth + 1),
        "uuid" => format!("00000000-0000-4000-8000-00000000000{nth}"),
        "email" | "idn-email" => format!("demo{nth}@example.com"),
        "uri" | "url" | "iri" => format!("https://example.com/{nth}"),
        "uri-reference" | "iri-reference" | "json-pointer" => format!("/{nth}"),
        "hostname" | "idn-hostname" => format!("host{nth}.example.com"),
        "ip" | "ipv4" => format!("192.0.2.{nth}"),
        "ipv6" => format!("2001:db8::{nth}"),
        "byte" | "base64" => format!("ZGVtbzA{nth}"),
        "regex" => format!("[a-{}]", if nth == 0 { 'z' } else { 'y' }),
        _ => return None,
    })
}

/// The example that a description gives in quotes, as in `City name, e.g. "Lisbon"`.
fn example_in(description: &str) -> Option<String> {
    let (_, rest) = description.split_once("e.g. ")?;
    let quote = rest.chars().next().filter(|quote| matches!(quote, '"' | '`' | '\''))?;
    let (example, _) = rest.get(1..)?.split_once(quote)?;
    (!example.is_empty()).then(|| example.to_owned())
}
