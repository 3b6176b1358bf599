//! The providers and models that are known by name, to tell slips while an agent is compiled.

mod slip;

use crate::sentence::{Sentence, same};
use slip::{slips, slips_of_provider};

/// A provider, and the models of it that a slip of letters may have meant.
struct Provider {
    name: &'static str,
    models: &'static [&'static str],
    /// Models that cannot call tools.
    without_tools: &'static [&'static str],
}

/// After <https://platform.openai.com/docs/models>.
const OPENAI_MODELS: [&str; 26] = [
    "gpt-3.5-turbo",
    "gpt-4",
    "gpt-4-turbo",
    "gpt-4.1",
    "gpt-4.1-mini",
    "gpt-4.1-nano",
    "gpt-4o",
    "gpt-4o-mini",
    "gpt-5",
    "gpt-5-chat-latest",
    "gpt-5-codex",
    "gpt-5-mini",
    "gpt-5-nano",
    "gpt-5-pro",
    "gpt-5.1",
    "gpt-5.1-chat-latest",
    "gpt-5.1-codex",
    "gpt-5.1-codex-mini",
    "o1",
    "o1-mini",
    "o1-preview",
    "o1-pro",
    "o3",
    "o3-mini",
    "o3-pro",
    "o4-mini",
];

const OPENAI_WITHOUT_TOOLS: [&str; 4] =
    ["o1-mini", "o1-mini-2024-09-12", "o1-preview", "o1-preview-2024-09-12"];

const PROVIDERS: &[Provider] = &[
    Provider { name: "openai", models: &OPENAI_MODELS, without_tools: &OPENAI_WITHOUT_TOOLS },
    Provider {
        name: "openai-responses",
        models: &OPENAI_MODELS,
        without_tools: &OPENAI_WITHOUT_TOOLS,
    },
    Provider {
        name: "anthropic",
        // https://docs.claude.com/en/docs/about-claude/models/overview
        models: &[
            "claude-3-haiku-20240307",
            "claude-3-opus-20240229",
            "claude-3-opus-latest",
            "claude-3-5-haiku-20241022",
            "claude-3-5-haiku-latest",
            "claude-3-5-sonnet-20241022",
            "claude-3-5-sonnet-latest",
            "claude-3-7-sonnet-20250219",
            "claude-3-7-sonnet-latest",
            "claude-haiku-4-5",
            "claude-haiku-4-5-20251001",
            "claude-opus-4-0",
            "claude-opus-4-1",
            "claude-opus-4-1-20250805",
            "claude-opus-4-20250514",
            "claude-opus-4-5",
            "claude-opus-4-5-20251101",
            "claude-sonnet-4-0",
            "claude-sonnet-4-20250514",
            "claude-sonnet-4-5",
            "claude-sonnet-4-5-20250929",
        ],
        without_tools: &[],
    },
    Provider { name: "offline", models: &[], without_tools: &[] },
];

/// Refuses an unknown provider, a slip of letters in a known model's name, and tools on a model
/// that cannot call them. Other unknown models are let through: they appear weekly.
///
/// # Panics
/// While the agent is compiled, with what to write.
#[track_caller]
pub const fn check_model(model: &str, has_tools: bool) {
    if let Some(mistake) = mistake(model, has_tools) {
        mistake.panic();
    }
}

const fn mistake(model: &str, has_tools: bool) -> Option<Sentence> {
    let (provider_name, name) = split(model);
    let mut index = 0;
    while index < PROVIDERS.len() {
        let provider = &PROVIDERS[index];
        if same(provider.name, provider_name) {
            return provider.mistake(model, name, has_tools);
        }
        index += 1;
    }
    Some(unknown_provider(provider_name, name))
}

impl Provider {
    const fn mistake(&self, model: &str, name: &str, has_tools: bool) -> Option<Sentence> {
        if has_tools && contains(self.without_tools, name) {
            return Some(
                Sentence::new("`")
                    .and(model)
                    .and("` cannot call tools, but this agent lists some")
                    .and("\nhelp: choose another model, or remove `tools`"),
            );
        }
        if contains(self.models, name) {
            return None;
        }
        let (mut meant, mut fewest) = (None, usize::MAX);
        let mut index = 0;
        while index < self.models.len() {
            if let Some(slips) = slips(name, self.models[index])
                && slips < fewest
            {
                (meant, fewest) = (Some(self.models[index]), slips);
            }
            index += 1;
        }
        let Some(meant) = meant else { return None };
        Some(
            Sentence::new("unknown model `")
                .and(model)
                .and("`\nhelp: did you mean `")
                .and(self.name)
                .and(":")
                .and(meant)
                .and("`?"),
        )
    }
}

const fn unknown_provider(provider: &str, name: &str) -> Sentence {
    let mut sentence = Sentence::new("unknown provider `").and(provider).and("`");
    let mut index = 0;
    while index < PROVIDERS.len() {
        if slips_of_provider(provider, PROVIDERS[index].name).is_some() {
            return sentence
                .and("\nhelp: did you mean `")
                .and(PROVIDERS[index].name)
                .and(":")
                .and(name)
                .and("`?");
        }
        index += 1;
    }
    sentence = sentence.and("\nhelp: the providers are ");
    index = 0;
    while index < PROVIDERS.len() {
        sentence = sentence.and(if index == 0 { "`" } else { ", `" });
        sentence = sentence.and(PROVIDERS[index].name).and("`");
        index += 1;
    }
    sentence
}

/// `provider:name`, split at the first colon; the macro has seen that there is one.
const fn split(model: &str) -> (&str, &str) {
    let bytes = model.as_bytes();
    let mut colon = 0;
    while colon < bytes.len() {
        if bytes[colon] == b':' {
            let (provider, rest) = model.split_at(colon);
            return (provider, rest.split_at(1).1);
        }
        colon += 1;
    }
    (model, "")
}

const fn contains(names: &[&str], name: &str) -> bool {
    let mut index = 0;
    while index < names.len() {
        if same(names[index], name) {
            return true;
        }
        index += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(model: &str, has_tools: bool) -> Option<String> {
        mistake(model, has_tools).map(|sentence| sentence.as_str().to_owned())
    }

    #[test]
    fn known_and_new_models_are_let_through() {
        for model in [
            "openai:gpt-4o",
            "openai:gpt-4o-2024-08-06",
            "openai:gpt-6",
            "openai:gpt-4.2",
            "openai:o5-mini",
            "openai:gpt-5-vision",
            "openai:gpt-4a",
            "openai:ft:gpt-4o:me::1",
            "anthropic:claude-sonnet-5-0",
            "anthropic:claude-opus-4-6",
            "anthropic:claude-sonnet-4-5-20260101",
            "anthropic:claude-fable-1",
            "offline:demo",
            "offline:anything",
        ] {
            assert_eq!(told(model, true), None, "{model}");
        }
    }

    #[test]
    fn slips_of_letters_name_what_was_meant() {
        for (model, meant) in [
            ("openai:gpt-4oo", "`openai:gpt-4o`"),
            ("openai:gtp-4o", "`openai:gpt-4o`"),
            ("openai:GPT-4o", "`openai:gpt-4o`"),
            ("openai:gp-4o", "`openai:gpt-4o`"),
            ("openai:gpt4o", "`openai:gpt-4o`"),
            ("openai:gpt-4o-mni", "`openai:gpt-4o-mini`"),
            ("openai:gpt-4-1", "`openai:gpt-4.1`"),
            ("anthropic:claude-sonet-4-5", "`anthropic:claude-sonnet-4-5`"),
            ("anthropic:cluade-opus-4-5", "`anthropic:claude-opus-4-5`"),
            ("opnai:gpt-4o", "`openai:gpt-4o`"),
            ("OpenAI:gpt-4o", "`openai:gpt-4o`"),
            ("antrophic:claude-opus-4-5", "`anthropic:claude-opus-4-5`"),
            ("antropic:claude-opus-4-5", "`anthropic:claude-opus-4-5`"),
        ] {
            let told = told(model, false).unwrap_or_default();
            assert!(told.ends_with(&format!("did you mean {meant}?")), "{model}: {told}");
        }
    }

    #[test]
    fn unknown_providers_and_models_without_tools_are_refused() {
        let unknown = told("mistral:large", false).unwrap_or_default();
        assert!(
            unknown.ends_with(
                "the providers are `openai`, `openai-responses`, `anthropic`, `offline`"
            ),
            "{unknown}"
        );
        assert_eq!(told("openai:o1-mini", false), None);
        let refused = told("openai:o1-mini", true).unwrap_or_default();
        assert!(refused.starts_with("`openai:o1-mini` cannot call tools"), "{refused}");
    }
}
