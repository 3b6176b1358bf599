//! How to generate.

use serde::{Deserialize, Serialize};

/// How to generate. What is not set is not sent, and the provider's own default holds.
///
/// ```
/// use fastroai_providers::Settings;
/// let agent = Settings { temperature: Some(0.2), max_tokens: Some(500), ..Settings::default() };
/// let run = Settings { temperature: Some(0.0), ..Settings::default() };
/// let both = agent.merge(&run);
/// assert_eq!((both.temperature, both.max_tokens), (Some(0.0), Some(500)));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The most tokens to write, reasoning included where the provider counts it so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u32>,
    /// 0.0 to 2.0 (at most 1.0 for Anthropic): how freely to choose among likely words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// 0.0 to 1.0: choose among the words that make up this much of the likelihood.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top_p: Option<f64>,
    /// Texts at which to stop.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_sequences: Option<Vec<String>>,
    /// Ask for the same answer to the same request, where the provider has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// Whether one reply may call several tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parallel_tool_calls: Option<bool>,
    /// How hard to think, where the model can.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reasoning_effort: Option<Effort>,
    /// The provider's service tier, in its own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<String>,
}

/// How hard a model is to think.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "lowercase")]
pub enum Effort {
    /// Not at all.
    None,
    /// As little as possible.
    Minimal,
    /// A little.
    Low,
    /// Moderately.
    Medium,
    /// Much.
    High,
}

impl Settings {
    /// These settings with those of `over` in their place, key by key.
    #[must_use]
    pub fn merge(&self, over: &Self) -> Self {
        Self {
            max_tokens: over.max_tokens.or(self.max_tokens),
            temperature: over.temperature.or(self.temperature),
            top_p: over.top_p.or(self.top_p),
            stop_sequences: over.stop_sequences.clone().or_else(|| self.stop_sequences.clone()),
            seed: over.seed.or(self.seed),
            parallel_tool_calls: over.parallel_tool_calls.or(self.parallel_tool_calls),
            reasoning_effort: over.reasoning_effort.or(self.reasoning_effort),
            service_tier: over.service_tier.clone().or_else(|| self.service_tier.clone()),
        }
    }
}
