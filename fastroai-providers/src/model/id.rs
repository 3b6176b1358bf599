//! `provider:model`, split once.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The name of a model at a provider, written `provider:model`.
///
/// It is split at the first colon only, so that a model's own colons stay:
///
/// ```
/// use fastroai_providers::ModelId;
/// let id: ModelId = "bedrock:anthropic.claude-v1:0".parse()?;
/// assert_eq!((id.provider(), id.name()), ("bedrock", "anthropic.claude-v1:0"));
/// # Ok::<(), fastroai_providers::model::ModelIdError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ModelId {
    whole: String,
    colon: usize,
}

impl ModelId {
    /// The provider, as in `openai`.
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.whole[..self.colon]
    }

    /// The model, as its provider names it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.whole[self.colon + 1..]
    }

    /// Both, as they were written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.whole
    }
}

impl FromStr for ModelId {
    type Err = ModelIdError;

    fn from_str(text: &str) -> Result<Self, ModelIdError> {
        let fault = |why| Err(ModelIdError { text: text.escape_debug().collect(), why });
        let Some(colon) = text.find(':') else { return fault(Why::NoProvider) };
        let (provider, name) = (&text[..colon], &text[colon + 1..]);
        let provider_ok = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if provider.is_empty() || !provider.chars().all(provider_ok) {
            return fault(Why::Provider);
        }
        // The name ends up in URLs of some providers: only what cannot climb out of a path.
        let name_ok = |c: char| c.is_ascii_alphanumeric() || "-_.:/@+".contains(c);
        let dots = |segment: &str| segment == "." || segment == ".." || segment.is_empty();
        if !name.chars().all(name_ok) || name.split('/').any(dots) {
            return fault(Why::Name);
        }
        Ok(Self { whole: text.to_owned(), colon })
    }
}

impl TryFrom<String> for ModelId {
    type Error = ModelIdError;
    fn try_from(text: String) -> Result<Self, ModelIdError> {
        text.parse()
    }
}

impl From<ModelId> for String {
    fn from(id: ModelId) -> Self {
        id.whole
    }
}

impl fmt::Display for ModelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.whole)
    }
}

/// A model string that is not `provider:model`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` does not name a model: {why}")]
pub struct ModelIdError {
    text: String,
    why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Why {
    #[error("write `provider:model`, as in `openai:gpt-4o-mini`")]
    NoProvider,
    #[error("a provider is written in small letters, digits and `-`")]
    Provider,
    #[error(
        "a model is written in letters, digits and `-_.:/@+`, without empty or dotted segments"
    )]
    Name,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_colon_splits_and_the_rest_stays() {
        for (text, provider, name) in [
            ("openai:gpt-4o", "openai", "gpt-4o"),
            ("ollama:llama3:8b", "ollama", "llama3:8b"),
            ("openrouter:deepseek/deepseek-r1:free", "openrouter", "deepseek/deepseek-r1:free"),
            ("bedrock:anthropic.claude-v1:0", "bedrock", "anthropic.claude-v1:0"),
        ] {
            let id: ModelId = text.parse().unwrap();
            assert_eq!((id.provider(), id.name(), id.as_str()), (provider, name, text));
        }
    }

    #[test]
    fn what_is_no_model_is_refused_with_the_reason() {
        for (text, reason) in [
            ("gpt-4o", "write `provider:model`"),
            (":gpt-4o", "a provider is written"),
            ("Open AI:gpt-4o", "a provider is written"),
            ("openai:", "a model is written"),
            ("openai:../secrets", "a model is written"),
            ("openai:a//b", "a model is written"),
            ("openai:gpt?key=1", "a model is written"),
            ("openai:gpt%2f", "a model is written"),
            ("openai:gpt\r\nx", "a model is written"),
        ] {
            let error = text.parse::<ModelId>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text:?}: {error}");
        }
    }
}
