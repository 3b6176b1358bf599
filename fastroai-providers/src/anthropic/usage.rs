//! What a reply took.
//!
//! Fields: <https://platform.claude.com/docs/en/api/messages#response-usage>. Their input leaves
//! out what the cache read or kept; ours includes it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::usage::Usage;

/// Counts as the provider sends them, in one piece or growing over a stream.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts {
    sent: Map<String, Value>,
    unreadable: bool,
}

/// Counts that [`Usage`] has fields for; the others go to its details.
const KNOWN: [&str; 6] = [
    "input_tokens",
    "output_tokens",
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "cache_creation.ephemeral_1h_input_tokens",
    "output_tokens_details.thinking_tokens",
];

impl Counts {
    /// Takes a report, which in a stream repeats what earlier ones said, as large or larger.
    pub(super) fn merge(&mut self, json: &str) {
        match serde_json::from_str(json) {
            Ok(Value::Object(report)) => {
                self.forget_restated(&report);
                grow(&mut self.sent, report);
            }
            Ok(Value::Null) => {}
            _ => self.unreadable = true,
        }
    }

    /// Makes way for cache counts that may be smaller than before.
    ///
    /// Where the server rewrites the conversation on the way, the last report counts what was read
    /// in the end: more fresh tokens, and fewer from the cache.
    fn forget_restated(&mut self, report: &Map<String, Value>) {
        let fresh = |counts: &Map<String, Value>| counts.get("input_tokens")?.as_u64();
        if fresh(report) <= fresh(&self.sent) {
            return;
        }
        for name in ["cache_read_input_tokens", "cache_creation_input_tokens", "cache_creation"] {
            if report.get(name).is_some_and(|count| !count.is_null()) {
                self.sent.shift_remove(name);
            }
        }
    }

    /// The tier of service that the counts are for.
    pub(super) fn service_tier(&self) -> Option<String> {
        self.sent.get("service_tier")?.as_str().filter(|tier| !tier.is_empty()).map(str::to_owned)
    }

    /// The counts in our meaning.
    pub(super) fn usage(&self) -> Usage {
        let mut usage = Usage { inconsistent: self.unreadable, ..Usage::default() };
        let mut counts = BTreeMap::new();
        flatten("", &self.sent, &mut counts, &mut usage.inconsistent);
        let [input, output, read, write, write_1h, reasoning] =
            KNOWN.map(|name| counts.remove(name));
        usage.input_tokens = input.map(|input| {
            let cached = read.unwrap_or(0).checked_add(write.unwrap_or(0));
            cached.and_then(|cached| input.checked_add(cached)).unwrap_or_else(|| {
                usage.inconsistent = true;
                u64::MAX
            })
        });
        usage.output_tokens = output;
        usage.cache_read_tokens = read;
        usage.cache_write_tokens = write;
        usage.cache_write_1h_tokens = write_1h;
        usage.reasoning_tokens = reasoning;
        usage.web_searches = counts.get("server_tool_use.web_search_requests").copied();
        usage.details = counts
            .into_iter()
            .map(|(name, count)| {
                let name = name.strip_prefix("server_tool_use.").unwrap_or(&name);
                (name.strip_prefix("cache_creation.").unwrap_or(name).to_owned(), count)
            })
            .collect();
        usage.clamp();
        usage
    }
}

/// Keeps the larger of two counts and the later of two other values.
fn grow(mine: &mut Map<String, Value>, theirs: Map<String, Value>) {
    for (name, theirs) in theirs {
        match (mine.get_mut(&name), theirs) {
            (_, Value::Null) => {}
            (Some(Value::Object(mine)), Value::Object(theirs)) => grow(mine, theirs),
            (Some(Value::Number(mine)), Value::Number(theirs)) => {
                if theirs.as_f64() > mine.as_f64() {
                    *mine = theirs;
                }
            }
            (_, theirs) => {
                mine.insert(name, theirs);
            }
        }
    }
}

/// Gathers all counts under their dotted names; lists (the rounds of a server's own loop) add up.
fn flatten(
    prefix: &str,
    sent: &Map<String, Value>,
    counts: &mut BTreeMap<String, u64>,
    odd: &mut bool,
) {
    for (name, value) in sent {
        let name = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Value::Number(number) => match number.as_u64() {
                Some(count) => {
                    let sum = counts.entry(name).or_default();
                    *sum = sum.saturating_add(count);
                }
                // Money is no count; anything else than a whole number is no count of tokens.
                None => *odd |= name.ends_with("_tokens"),
            },
            Value::Object(inner) => flatten(&name, inner, counts, odd),
            Value::Array(rounds) => {
                for round in rounds.iter().filter_map(Value::as_object) {
                    let kind = round.get("type").and_then(Value::as_str).unwrap_or("other");
                    flatten(&format!("{name}.{kind}"), round, counts, odd);
                }
            }
            Value::Null | Value::Bool(_) | Value::String(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(reports: &[&str]) -> Usage {
        let mut counts = Counts::default();
        for report in reports {
            counts.merge(report);
        }
        counts.usage()
    }

    #[test]
    fn input_includes_what_the_cache_read_and_kept() {
        let usage = usage(&[r#"{"input_tokens":3,"cache_read_input_tokens":100,
            "cache_creation_input_tokens":20,"output_tokens":7,
            "cache_creation":{"ephemeral_5m_input_tokens":5,"ephemeral_1h_input_tokens":15},
            "output_tokens_details":{"thinking_tokens":4},"service_tier":"standard",
            "server_tool_use":{"web_search_requests":2}}"#]);
        assert_eq!(usage.input_tokens, Some(123));
        assert_eq!(usage.output_tokens, Some(7));
        assert_eq!(usage.cache_read_tokens, Some(100));
        assert_eq!(usage.cache_write_tokens, Some(20));
        assert_eq!(usage.cache_write_1h_tokens, Some(15));
        assert_eq!(usage.reasoning_tokens, Some(4));
        assert_eq!(usage.details["web_search_requests"], 2);
        assert_eq!(usage.details["ephemeral_5m_input_tokens"], 5);
        assert!(!usage.inconsistent);
    }

    #[test]
    fn missing_and_null_counts_are_unknown() {
        let usage = usage(&[r#"{"input_tokens":null,"output_tokens":2,"cache_creation":null}"#]);
        assert_eq!((usage.input_tokens, usage.cache_read_tokens), (None, None));
        assert_eq!(usage.output_tokens, Some(2));
        assert!(!usage.inconsistent);
    }

    #[test]
    fn later_reports_of_a_stream_replace_earlier_ones_and_never_add_up() {
        let usage = usage(&[
            r#"{"input_tokens":25,"output_tokens":1,"cache_read_input_tokens":5}"#,
            r#"{"output_tokens":9,"input_tokens":0,"cache_read_input_tokens":null}"#,
            r#"{"output_tokens":9}"#,
        ]);
        assert_eq!((usage.input_tokens, usage.output_tokens), (Some(30), Some(9)));
    }

    #[test]
    fn a_conversation_that_the_server_compacted_is_counted_as_it_was_read_in_the_end() {
        let usage = usage(&[
            r#"{"input_tokens":10,"cache_read_input_tokens":5000,"output_tokens":1}"#,
            r#"{"input_tokens":80,"cache_read_input_tokens":0,"output_tokens":6}"#,
        ]);
        assert_eq!((usage.input_tokens, usage.cache_read_tokens), (Some(80), Some(0)));
    }

    #[test]
    fn absurd_counts_are_marked_and_lose_nothing_else() {
        for report in [
            r#"{"input_tokens":-5,"output_tokens":3}"#,
            r#"{"input_tokens":99999999999999999999999,"output_tokens":3}"#,
            r#"{"input_tokens":1,"output_tokens":3,"output_tokens_details":{"thinking_tokens":8}}"#,
            r#"{"input_tokens":18446744073709551615,"cache_read_input_tokens":1,"output_tokens":3}"#,
        ] {
            let usage = usage(&[report]);
            assert!(usage.inconsistent, "{report}");
            assert_eq!(usage.output_tokens, Some(3), "{report}");
        }
        assert!(usage(&[r#"{"input_tokens":1e999}"#]).inconsistent);
        assert!(usage(&[r#""many""#]).inconsistent);
    }

    #[test]
    fn rounds_of_a_server_side_loop_are_kept_by_kind() {
        let usage = usage(&[r#"{"input_tokens":1,"iterations":[
            {"type":"message","input_tokens":1},{"type":"advisor_message","input_tokens":4},
            {"type":"advisor_message","input_tokens":5}]}"#]);
        assert_eq!(usage.details["iterations.advisor_message.input_tokens"], 9);
        assert_eq!(usage.input_tokens, Some(1));
    }
}
