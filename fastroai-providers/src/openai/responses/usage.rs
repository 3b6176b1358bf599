//! Reading the token counts.
//!
//! On this wire input includes cached tokens, and output includes reasoning.

use serde_json::value::RawValue;

use super::object::Object;
use crate::usage::{Usage, count};

/// What a `usage` object says. It cannot fail: an answer that was paid for is not lost because its
/// counts make no sense.
pub(super) fn read(raw: &RawValue) -> Usage {
    let mut usage = Usage::default();
    let counts = Object::of(raw);
    usage.inconsistent = counts.is_empty() && raw.get() != "{}";
    let mut total = None;
    for (name, raw) in counts.fields() {
        let slot = match name {
            "input_tokens" => &mut usage.input_tokens,
            "output_tokens" => &mut usage.output_tokens,
            "total_tokens" => &mut total,
            "input_tokens_details" => {
                input_details(&Object::of(raw), &mut usage);
                continue;
            }
            "output_tokens_details" => {
                output_details(&Object::of(raw), &mut usage);
                continue;
            }
            _ => continue,
        };
        usage.inconsistent |= take(slot, raw);
    }
    if let (Some(total), Some(sum)) = (total, usage.total_tokens())
        && total != sum
    {
        usage.details.insert("total_tokens".to_owned(), total);
    }
    usage.clamp();
    usage
}

fn input_details(details: &Object<'_>, usage: &mut Usage) {
    for (name, raw) in details.fields() {
        let slot = match name {
            "cached_tokens" => &mut usage.cache_read_tokens,
            "cache_write_tokens" => &mut usage.cache_write_tokens,
            "audio_tokens" => &mut usage.input_audio_tokens,
            other => {
                further(usage, "input", other, raw);
                continue;
            }
        };
        usage.inconsistent |= take(slot, raw);
    }
}

fn output_details(details: &Object<'_>, usage: &mut Usage) {
    for (name, raw) in details.fields() {
        let slot = match name {
            "reasoning_tokens" => &mut usage.reasoning_tokens,
            "audio_tokens" => &mut usage.output_audio_tokens,
            other => {
                further(usage, "output", other, raw);
                continue;
            }
        };
        usage.inconsistent |= take(slot, raw);
    }
}

/// Keeps a count that has no field of its own, under the side that it was found on.
fn further(usage: &mut Usage, side: &str, name: &str, raw: &RawValue) {
    if !name.ends_with("_tokens") {
        return;
    }
    let mut count = None;
    usage.inconsistent |= take(&mut count, raw);
    if let Some(count) = count {
        usage.details.insert(format!("{side}_{name}"), count);
    }
}

/// Takes a count, and tells whether it had to be bent.
fn take(slot: &mut Option<u64>, raw: &RawValue) -> bool {
    let (value, bent) = count(raw.get());
    *slot = value.or(*slot);
    bent
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(json: &str) -> Usage {
        read(&RawValue::from_string(json.to_owned()).unwrap())
    }

    #[test]
    fn parts_are_read_within_their_wholes_and_others_are_kept_by_name() {
        let usage = usage(
            r#"{"input_tokens":100,"output_tokens":20,"total_tokens":120,"cost":0.1,
            "input_tokens_details":{"cached_tokens":60,"cache_write_tokens":5,"text_tokens":9},
            "output_tokens_details":{"reasoning_tokens":12,"text_tokens":8}}"#,
        );
        assert_eq!((usage.input_tokens, usage.output_tokens), (Some(100), Some(20)));
        assert_eq!((usage.cache_read_tokens, usage.cache_write_tokens), (Some(60), Some(5)));
        assert_eq!(usage.reasoning_tokens, Some(12));
        let details: Vec<_> = usage.details.iter().map(|(name, n)| (name.as_str(), *n)).collect();
        assert_eq!(details, [("input_text_tokens", 9), ("output_text_tokens", 8)]);
        assert!(!usage.inconsistent);
    }

    #[test]
    fn absurd_counts_are_marked_and_missing_ones_are_unknown() {
        for json in [
            r#"{"input_tokens":-1,"output_tokens":3}"#,
            r#"{"input_tokens":1e400,"output_tokens":3}"#,
            r#"{"input_tokens":99999999999999999999,"output_tokens":3}"#,
            r#"{"input_tokens":true,"output_tokens":3}"#,
            r#"{"output_tokens":3,"output_tokens_details":{"reasoning_tokens":4}}"#,
        ] {
            let usage = usage(json);
            assert!(usage.inconsistent, "{json}");
            assert_eq!(usage.output_tokens, Some(3), "{json}");
        }
        assert!(usage("7").inconsistent);
        for json in ["{}", r#"{"input_tokens":null}"#] {
            assert!(usage(json).is_unknown() && !usage(json).inconsistent);
        }
        let odd = usage(r#"{"input_tokens":1.0,"output_tokens":"2","total_tokens":9}"#);
        assert_eq!((odd.input_tokens, odd.output_tokens), (Some(1), Some(2)));
        assert_eq!(odd.details["total_tokens"], 9);
        assert!(!odd.inconsistent);
    }
}
