//! The providers that are known by name.

use std::sync::Arc;

use crate::anthropic::Messages;
use crate::error::ModelError;
use crate::gemini::GenerateContent;
use crate::model::ModelId;
use crate::openai::{ChatCompletions, Responses};
use crate::protocol::Protocol;

/// How a provider is reached.
pub(super) struct Provider {
    pub(super) name: &'static str,
    /// The first that is set holds, as in the provider's own libraries.
    pub(super) key_variables: &'static [&'static str],
    pub(super) base_url_variable: &'static str,
    /// As the provider's own libraries understand it, so that one variable serves both.
    pub(super) base_url: &'static str,
    pub(super) protocol: fn() -> Arc<dyn Protocol>,
}

const PROVIDERS: &[Provider] = &[
    Provider {
        name: "openai",
        key_variables: &["OPENAI_API_KEY"],
        base_url_variable: "OPENAI_BASE_URL",
        base_url: "https://api.openai.com/v1",
        protocol: || Arc::new(ChatCompletions::new()),
    },
    Provider {
        name: "openai-responses",
        key_variables: &["OPENAI_API_KEY"],
        base_url_variable: "OPENAI_BASE_URL",
        base_url: "https://api.openai.com/v1",
        protocol: || Arc::new(Responses::new()),
    },
    Provider {
        name: "anthropic",
        key_variables: &["ANTHROPIC_API_KEY"],
        base_url_variable: "ANTHROPIC_BASE_URL",
        base_url: "https://api.anthropic.com",
        protocol: || Arc::new(Messages::new()),
    },
    Provider {
        name: "google",
        key_variables: &["GOOGLE_API_KEY", "GEMINI_API_KEY"],
        base_url_variable: "GOOGLE_GEMINI_BASE_URL",
        base_url: "https://generativelanguage.googleapis.com",
        protocol: || Arc::new(GenerateContent::new()),
    },
];

impl Provider {
    /// The provider that a model's name begins with.
    pub(super) fn of(id: &ModelId) -> Result<&'static Self, ModelError> {
        let asked = id.provider();
        PROVIDERS.iter().find(|provider| provider.name == asked).ok_or_else(|| unknown(asked))
    }
}

fn unknown(asked: &str) -> ModelError {
    let names = PROVIDERS.iter().map(|provider| provider.name).chain(["offline"]);
    let nearest = names.clone().map(|name| (distance(asked, name), name)).min();
    let hint = match nearest {
        Some((steps, name)) if steps <= 1 + name.len() / 4 => format!("did you mean `{name}`? "),
        _ => String::new(),
    };
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    let names = names.join(", ");
    ModelError::config(format!("unknown provider `{asked}`: {hint}the providers are {names}"))
}

/// How many letters must be put in, taken out or changed to come from one word to the other.
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.bytes().enumerate() {
        let mut next = vec![i + 1];
        for (j, b) in other.bytes().enumerate() {
            let changed = row.get(j).copied().unwrap_or_default() + usize::from(a != b);
            let taken = row.get(j + 1).copied().unwrap_or_default() + 1;
            let put = next.last().copied().unwrap_or_default() + 1;
            next.push(changed.min(taken).min(put));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_distance_counts_the_letters_between_two_words() {
        for (one, other, steps) in
            [("", "abc", 3), ("openai", "openai", 0), ("opnai", "openai", 1), ("abc", "", 3)]
        {
            assert_eq!(distance(one, other), steps, "{one} {other}");
        }
    }
}
