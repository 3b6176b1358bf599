//! Reading the token counts, under all the names that the services have for them.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::wire::Text;
use crate::usage::{Usage, count};

/// Adds what a `usage` object says: of each count the highest figure holds, since services repeat
/// the counts, in one chunk or in every one, and let them grow.
///
/// It cannot fail: an answer that was paid for is not lost because its counts make no sense.
pub(super) fn read(raw: &RawValue, usage: &mut Usage) {
    let Ok(Entries(entries)) = serde_json::from_str(raw.get()) else {
        usage.inconsistent = true;
        return;
    };
    let mut total = None;
    for (name, value) in entries {
        let slot = match &*name.0 {
            "prompt_tokens" | "input_tokens" => &mut usage.input_tokens,
            "completion_tokens" | "output_tokens" => &mut usage.output_tokens,
            "prompt_cache_hit_tokens"
            | "cache_read_input_tokens"
            | "cached_tokens"
            | "num_cached_tokens" => &mut usage.cache_read_tokens,
            "cache_creation_input_tokens" => &mut usage.cache_write_tokens,
            "reasoning_tokens" => &mut usage.reasoning_tokens,
            // Perplexity: <https://docs.perplexity.ai/api-reference/chat-completions-post>.
            "num_search_queries" => &mut usage.web_searches,
            "total_tokens" => &mut total,
            "prompt_tokens_details" | "input_tokens_details" => {
                prompt_details(value, usage);
                continue;
            }
            "completion_tokens_details" | "output_tokens_details" => {
                completion_details(value, usage);
                continue;
            }
            _ => continue,
        };
        usage.inconsistent |= raise(slot, value);
    }
    if let (Some(total), Some(sum)) = (total, usage.total_tokens())
        && total != sum
    {
        detail(usage, TOTAL.to_owned(), total);
    }
}

/// Google's names for what speaks Chat Completions.
const GOOGLE: [&str; 2] = ["google-openai", "google"];

/// Where a total is kept that is not the sum of input and output.
const TOTAL: &str = "total_tokens";

/// Brings the counts of a whole reply to the one meaning that they have here.
pub(super) fn settle(provider: &str, usage: &mut Usage) {
    if let (Some(input), Some(output)) = (usage.input_tokens, usage.output_tokens)
        && let Some(total) = usage.details.get(TOTAL)
        && let Some(rest) = total.checked_sub(input.saturating_add(output))
    {
        if usage.input_audio_tokens.is_some_and(|audio| audio > input && audio == rest) {
            // Mistral counts audio beside the prompt.
            usage.input_tokens = input.checked_add(rest);
            usage.details.remove(TOTAL);
        } else if GOOGLE.contains(&provider) && rest > 0 && usage.reasoning_tokens.is_none() {
            // Google counts thinking beside the completion, and names it only in the total.
            usage.output_tokens = output.checked_add(rest);
            usage.reasoning_tokens = Some(rest);
            usage.details.remove(TOTAL);
        }
    }
    usage.clamp();
}

fn prompt_details(raw: &RawValue, usage: &mut Usage) {
    let Ok(Entries(entries)) = serde_json::from_str(raw.get()) else { return };
    for (name, value) in entries {
        let slot = match &*name.0 {
            "cached_tokens" => &mut usage.cache_read_tokens,
            "cache_write_tokens" => &mut usage.cache_write_tokens,
            "audio_tokens" => &mut usage.input_audio_tokens,
            other => {
                further(usage, "prompt", other, value);
                continue;
            }
        };
        usage.inconsistent |= raise(slot, value);
    }
}

fn completion_details(raw: &RawValue, usage: &mut Usage) {
    let Ok(Entries(entries)) = serde_json::from_str(raw.get()) else { return };
    for (name, value) in entries {
        let slot = match &*name.0 {
            "reasoning_tokens" => &mut usage.reasoning_tokens,
            "audio_tokens" => &mut usage.output_audio_tokens,
            other => {
                further(usage, "completion", other, value);
                continue;
            }
        };
        usage.inconsistent |= raise(slot, value);
    }
}

/// Keeps a count that has no field of its own; names that occur on both sides tell which is meant.
fn further(usage: &mut Usage, side: &str, name: &str, value: &RawValue) {
    let key = match name {
        "accepted_prediction_tokens" | "rejected_prediction_tokens" => name.to_owned(),
        _ if name.ends_with("_tokens") => format!("{side}_{name}"),
        _ => return,
    };
    let mut count = None;
    usage.inconsistent |= raise(&mut count, value);
    if let Some(count) = count {
        detail(usage, key, count);
    }
}

fn detail(usage: &mut Usage, key: String, count: u64) {
    let kept = usage.details.entry(key).or_default();
    *kept = count.max(*kept);
}

/// Raises a count to what was sent, and tells whether it had to be bent to fit.
fn raise(slot: &mut Option<u64>, raw: &RawValue) -> bool {
    let (value, bent) = count(raw.get());
    *slot = (*slot).max(value);
    bent
}

/// The entries of an object, unparsed.
struct Entries<'a>(Vec<(Text<'a>, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Entries<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Seen;
        impl<'de> Visitor<'de> for Seen {
            type Value = Entries<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries<'de>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(Seen)
    }
}
