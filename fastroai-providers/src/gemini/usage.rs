//! What a reply took.
//!
//! Fields: <https://ai.google.dev/api/generate-content#UsageMetadata>. Their candidates leave out
//! the thoughts, and their prompt what tools on Google's side read; our wholes include both.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::usage::{Usage, count};

/// Counts as the provider sends them, in one piece or restated over a stream.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts {
    totals: BTreeMap<String, u64>,
    /// Of each list of details, the counts by modality.
    modalities: BTreeMap<String, BTreeMap<String, u64>>,
    service_tier: Option<String>,
    inconsistent: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ModalityCount<'a> {
    modality: String,
    #[serde(borrow)]
    token_count: Option<&'a RawValue>,
}

impl Counts {
    /// Takes a report. In a stream the last word on a count holds, larger or smaller; what is left
    /// out, or zero, takes nothing back.
    pub(super) fn restate(&mut self, report: &RawValue) {
        let Ok(fields) = serde_json::from_str::<BTreeMap<String, &RawValue>>(report.get()) else {
            self.inconsistent = true;
            return;
        };
        for (name, value) in fields {
            if name.ends_with("TokensDetails") {
                self.restate_modalities(name, value);
            } else if name.ends_with("TokenCount") {
                let (value, bent) = count(value.get());
                self.inconsistent |= bent;
                match value {
                    Some(0) => _ = self.totals.entry(name).or_default(),
                    Some(value) => _ = self.totals.insert(name, value),
                    None => {}
                }
            } else if name == "serviceTier" {
                let tier = serde_json::from_str::<String>(value.get()).ok();
                self.service_tier =
                    tier.filter(|tier| !tier.is_empty()).or(self.service_tier.take());
            }
        }
    }

    fn restate_modalities(&mut self, name: String, list: &RawValue) {
        let Ok(list) = serde_json::from_str::<Vec<ModalityCount<'_>>>(list.get()) else {
            self.inconsistent |= list.get() != "null";
            return;
        };
        let mut sums: BTreeMap<String, u64> = BTreeMap::new();
        for ModalityCount { modality, token_count } in list {
            let (value, bent) = token_count.map_or((None, false), |raw| count(raw.get()));
            self.inconsistent |= bent;
            let sum = sums.entry(modality).or_default();
            *sum = sum.saturating_add(value.unwrap_or(0));
        }
        if !sums.is_empty() {
            self.modalities.insert(name, sums);
        }
    }

    /// The tier of service that the counts are for.
    pub(super) fn service_tier(&self) -> Option<String> {
        self.service_tier.clone()
    }

    /// The counts in our meaning.
    pub(super) fn usage(&self) -> Usage {
        let mut usage = Usage { inconsistent: self.inconsistent, ..Usage::default() };
        let known = |name: &str| self.totals.get(name).copied();
        let tools = known("toolUsePromptTokenCount");
        let thoughts = known("thoughtsTokenCount");
        let total = known("totalTokenCount");
        usage.input_tokens = add(known("promptTokenCount"), tools, &mut usage.inconsistent);
        usage.output_tokens = add(known("candidatesTokenCount"), thoughts, &mut usage.inconsistent);
        if usage.output_tokens.is_none() && total.is_some() && total == usage.input_tokens {
            // The wire leaves out what is zero, and the total says that this is.
            usage.output_tokens = Some(0);
        }
        usage.reasoning_tokens = thoughts;
        usage.cache_read_tokens = known("cachedContentTokenCount");
        let audio = |list: &str| self.modalities.get(list)?.get("AUDIO").copied();
        let tools_audio = audio("toolUsePromptTokensDetails");
        usage.input_audio_tokens =
            add(audio("promptTokensDetails"), tools_audio, &mut usage.inconsistent);
        usage.output_audio_tokens = audio("candidatesTokensDetails");
        usage.cache_audio_read_tokens = audio("cacheTokensDetails");
        usage.details = self.details(&usage);
        usage.clamp();
        usage
    }

    /// The counts that have no field of their own.
    fn details(&self, usage: &Usage) -> BTreeMap<String, u64> {
        const FIELDS: [&str; 4] = [
            "promptTokenCount",
            "candidatesTokenCount",
            "thoughtsTokenCount",
            "cachedContentTokenCount",
        ];
        let summed = |name: &str, value: u64| {
            name == "totalTokenCount" && usage.total_tokens().is_none_or(|sum| sum == value)
        };
        let counts = (self.totals.iter())
            .filter(|(name, value)| !FIELDS.contains(&name.as_str()) && !summed(name, **value))
            .map(|(name, value)| (name.clone(), *value));
        let modalities = self.modalities.iter().flat_map(|(list, counts)| {
            (counts.iter())
                .filter(|(modality, _)| !matches!(modality.as_str(), "TEXT" | "AUDIO"))
                .map(move |(modality, value)| (format!("{list}.{modality}"), *value))
        });
        counts.chain(modalities).collect()
    }
}

/// Two counts together, of which one may be unknown.
fn add(one: Option<u64>, other: Option<u64>, overflows: &mut bool) -> Option<u64> {
    let (Some(a), Some(b)) = (one, other) else { return one.or(other) };
    Some(a.checked_add(b).unwrap_or_else(|| {
        *overflows = true;
        u64::MAX
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(reports: &[&str]) -> Usage {
        let mut counts = Counts::default();
        for report in reports {
            counts.restate(serde_json::from_str(report).unwrap());
        }
        counts.usage()
    }

    #[test]
    fn wholes_include_thoughts_and_what_tools_read() {
        let usage = usage(&[r#"{"promptTokenCount":100,"toolUsePromptTokenCount":20,
            "cachedContentTokenCount":60,"candidatesTokenCount":7,"thoughtsTokenCount":3,
            "totalTokenCount":130,"serviceTier":"standard","trafficType":"ON_DEMAND",
            "promptTokensDetails":[{"modality":"TEXT","tokenCount":60},
                {"modality":"AUDIO","tokenCount":30},{"modality":"IMAGE","tokenCount":10}],
            "cacheTokensDetails":[{"modality":"AUDIO","tokenCount":8},{"modality":"TEXT"}],
            "candidatesTokensDetails":[{"modality":"AUDIO","tokenCount":5}]}"#]);
        assert_eq!((usage.input_tokens, usage.output_tokens), (Some(120), Some(10)));
        assert_eq!((usage.cache_read_tokens, usage.reasoning_tokens), (Some(60), Some(3)));
        assert_eq!((usage.input_audio_tokens, usage.output_audio_tokens), (Some(30), Some(5)));
        assert_eq!(usage.cache_audio_read_tokens, Some(8));
        let details: Vec<_> = usage.details.iter().map(|(name, n)| (name.as_str(), *n)).collect();
        assert_eq!(details, [("promptTokensDetails.IMAGE", 10), ("toolUsePromptTokenCount", 20)]);
        assert!(!usage.inconsistent);
    }

    #[test]
    fn the_last_word_of_a_stream_on_a_count_holds_and_nothing_is_added_up() {
        let usage = usage(&[
            r#"{"promptTokenCount":169,"totalTokenCount":169,
                "promptTokensDetails":[{"modality":"IMAGE","tokenCount":100}]}"#,
            r#"{"promptTokenCount":9,"thoughtsTokenCount":4,"totalTokenCount":13,
                "promptTokensDetails":[{"modality":"TEXT","tokenCount":9}]}"#,
            r#"{"promptTokenCount":0,"candidatesTokenCount":5,"thoughtsTokenCount":null,
                "totalTokenCount":18,"promptTokensDetails":[]}"#,
        ]);
        assert_eq!((usage.input_tokens, usage.output_tokens), (Some(9), Some(9)));
        assert!(usage.details.is_empty());
    }

    #[test]
    fn what_is_not_said_is_unknown_unless_the_total_says_that_it_is_zero() {
        assert_eq!(usage(&[r#"{"promptTokenCount":5}"#]).output_tokens, None);
        assert_eq!(
            usage(&[r#"{"promptTokenCount":5,"totalTokenCount":5}"#]).output_tokens,
            Some(0)
        );
        let usage =
            usage(&[r#"{"promptTokenCount":5,"candidatesTokenCount":1,"totalTokenCount":9}"#]);
        assert_eq!(usage.details["totalTokenCount"], 9);
    }

    #[test]
    fn absurd_counts_are_marked_and_lose_nothing_else() {
        for report in [
            r#"{"promptTokenCount":-5,"candidatesTokenCount":3}"#,
            r#"{"promptTokenCount":1e999,"candidatesTokenCount":3}"#,
            r#"{"promptTokenCount":18446744073709551615,"toolUsePromptTokenCount":1,"candidatesTokenCount":3}"#,
            r#"{"promptTokenCount":1,"cachedContentTokenCount":2,"candidatesTokenCount":3}"#,
            r#"{"promptTokensDetails":"none","candidatesTokenCount":3}"#,
        ] {
            let usage = usage(&[report]);
            assert!(usage.inconsistent, "{report}");
            assert_eq!(usage.output_tokens, Some(3), "{report}");
        }
        assert!(usage(&[r#""many""#]).inconsistent);
    }
}
