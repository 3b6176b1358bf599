//! What a reply took, in tokens.

mod count;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub(crate) use count::count;

/// Token counts of one reply, in one meaning for every provider.
///
/// `None` means that the provider did not say: unknown is not zero.
/// `input_tokens` includes what was read from and written to a cache, and input audio;
/// `output_tokens` includes reasoning and output audio. Adapters convert to this meaning.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(default)]
pub struct Usage {
    /// All tokens read by the model, cached ones included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u64>,
    /// All tokens written by the model, reasoning included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u64>,
    /// Part of the input that was read from the provider's cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_read_tokens: Option<u64>,
    /// Part of the input that was written to the provider's cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write_tokens: Option<u64>,
    /// Part of the cache writes that is kept for an hour, where the provider says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write_1h_tokens: Option<u64>,
    /// Part of the output that was reasoning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_tokens: Option<u64>,
    /// Part of the input that was audio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_audio_tokens: Option<u64>,
    /// Part of the output that was audio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_audio_tokens: Option<u64>,
    /// Part of the cached input that was audio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_audio_read_tokens: Option<u64>,
    /// Searches of the web that the provider made and counts; they have a price of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub web_searches: Option<u64>,
    /// Searches of stored files that the provider made and counts; they have a price of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_searches: Option<u64>,
    /// Further counts, under the provider's own names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    #[doc(alias = "usage_details")]
    pub details: BTreeMap<String, u64>,
    /// The provider's counts contradicted each other and were clamped to what is possible.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub inconsistent: bool,
}

impl Usage {
    /// Input and output together, where both are known.
    #[must_use]
    pub fn total_tokens(&self) -> Option<u64> {
        self.input_tokens?.checked_add(self.output_tokens?)
    }

    /// Whether the provider reported neither input nor output.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.input_tokens.is_none() && self.output_tokens.is_none()
    }

    /// Lowers each part to what its whole allows, and marks the usage where it had to.
    ///
    /// A reply that was paid for is never lost because its counts make no sense.
    pub fn clamp(&mut self) {
        let input = self.input_tokens;
        let output = self.output_tokens;
        let mut clamped = false;
        let mut lower = |part: &mut Option<u64>, whole: Option<u64>| {
            if let (Some(value), Some(whole)) = (part.as_mut(), whole)
                && *value > whole
            {
                *value = whole;
                clamped = true;
            }
        };
        lower(&mut self.cache_read_tokens, input);
        let uncached = match (input, self.cache_read_tokens) {
            (Some(input), Some(read)) => Some(input.saturating_sub(read)),
            (input, _) => input,
        };
        lower(&mut self.cache_write_tokens, uncached);
        lower(&mut self.cache_write_1h_tokens, self.cache_write_tokens);
        lower(&mut self.input_audio_tokens, input);
        lower(&mut self.cache_audio_read_tokens, self.cache_read_tokens);
        lower(&mut self.reasoning_tokens, output);
        lower(&mut self.output_audio_tokens, output);
        self.inconsistent |= clamped;
    }

    /// Adds another reply's counts; what one side does not know keeps the other side's figure.
    pub fn add(&mut self, other: &Self) {
        let add = |mine: &mut Option<u64>, theirs: Option<u64>| {
            if let Some(theirs) = theirs {
                *mine = Some(mine.unwrap_or(0).saturating_add(theirs));
            }
        };
        add(&mut self.input_tokens, other.input_tokens);
        add(&mut self.output_tokens, other.output_tokens);
        add(&mut self.cache_read_tokens, other.cache_read_tokens);
        add(&mut self.cache_write_tokens, other.cache_write_tokens);
        add(&mut self.cache_write_1h_tokens, other.cache_write_1h_tokens);
        add(&mut self.reasoning_tokens, other.reasoning_tokens);
        add(&mut self.input_audio_tokens, other.input_audio_tokens);
        add(&mut self.output_audio_tokens, other.output_audio_tokens);
        add(&mut self.cache_audio_read_tokens, other.cache_audio_read_tokens);
        add(&mut self.web_searches, other.web_searches);
        add(&mut self.file_searches, other.file_searches);
        for (name, count) in &other.details {
            let mine = self.details.entry(name.clone()).or_default();
            *mine = mine.saturating_add(*count);
        }
        self.inconsistent |= other.inconsistent;
    }
}
