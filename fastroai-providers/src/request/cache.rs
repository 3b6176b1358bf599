//! What a provider is asked to keep of a request, so that the next one costs less.

use serde::{Deserialize, Serialize};

/// What a provider is asked to keep of a request in its cache of prompts.
///
/// Anthropic keeps what it is told to, see
/// <https://platform.claude.com/docs/en/build-with-claude/prompt-caching>: each part that is named
/// here ends in a breakpoint. OpenAI keeps by itself what was sent before, see
/// <https://platform.openai.com/docs/guides/prompt-caching>: it is sent the `key` alone.
///
/// ```
/// use fastroai_providers::Settings;
/// use fastroai_providers::request::{CachePolicy, CacheTtl};
/// let kept = CachePolicy::all(CacheTtl::FiveMinutes);
/// let settings = Settings { cache: Some(kept), ..Settings::default() };
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct CachePolicy {
    /// Keep the tools.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tools: Option<CacheTtl>,
    /// Keep the instructions, and the tools with them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instructions: Option<CacheTtl>,
    /// Keep the conversation: up to the user's last turn, and up to the one before it, where the
    /// request before this one ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<CacheTtl>,
    /// What OpenAI is told as `prompt_cache_key`, so that requests that begin alike meet in one
    /// place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl CachePolicy {
    /// Keeps the tools, the instructions and the conversation for this long.
    #[must_use]
    pub fn all(ttl: CacheTtl) -> Self {
        Self { tools: Some(ttl), instructions: Some(ttl), conversation: Some(ttl), key: None }
    }

    /// This policy with what `over` says in its place.
    pub(super) fn merge(&self, over: &Self) -> Self {
        Self {
            tools: over.tools.or(self.tools),
            instructions: over.instructions.or(self.instructions),
            conversation: over.conversation.or(self.conversation),
            key: over.key.clone().or_else(|| self.key.clone()),
        }
    }
}

/// How long something is kept after it was last used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum CacheTtl {
    /// Five minutes.
    #[default]
    #[serde(rename = "5m")]
    FiveMinutes,
    /// An hour, which Anthropic charges more for.
    #[serde(rename = "1h")]
    OneHour,
}
