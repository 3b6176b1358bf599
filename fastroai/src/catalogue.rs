//! Slips in the names of known providers and models, told while an agent is compiled.

mod slip;

use fastroai_providers::catalogue::{PROVIDERS, Provider};

use crate::sentence::{Sentence, same};
use slip::{slips, slips_of_word};

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
            return provider_mistake(provider, model, name, has_tools);
        }
        index += 1;
    }
    Some(unknown_provider(provider_name, name))
}

const fn provider_mistake(
    provider: &Provider,
    model: &str,
    name: &str,
    has_tools: bool,
) -> Option<Sentence> {
    if has_tools && contains(provider.without_tools, name) {
        return Some(
            Sentence::new("`")
                .and(model)
                .and("` cannot call tools, but this agent lists some")
                .and("\nhelp: choose another model, or remove `tools`"),
        );
    }
    if contains(provider.models, name) {
        return None;
    }
    let (mut meant, mut fewest) = (None, usize::MAX);
    let mut index = 0;
    while index < provider.models.len() {
        if let Some(slips) = slips(name, provider.models[index])
            && slips < fewest
        {
            (meant, fewest) = (Some(provider.models[index]), slips);
        }
        index += 1;
    }
    let Some(meant) = meant else { return None };
    Some(
        Sentence::new("unknown model `")
            .and(model)
            .and("`\nhelp: did you mean `")
            .and(provider.name)
            .and(":")
            .and(meant)
            .and("`?"),
    )
}

const fn unknown_provider(provider: &str, name: &str) -> Sentence {
    let mut sentence = Sentence::new("unknown provider `").and(provider).and("`");
    if let Some(meant) = meant_provider(provider) {
        return sentence.and("\nhelp: did you mean `").and(meant).and(":").and(name).and("`?");
    }
    sentence = sentence.and("\nhelp: the providers are ");
    let mut index = 0;
    while index < PROVIDERS.len() {
        sentence = sentence.and(if index == 0 { "`" } else { ", `" });
        sentence = sentence.and(PROVIDERS[index].name).and("`");
        index += 1;
    }
    sentence
}

/// The key of a configuration that is the fewest slips away.
#[cfg(feature = "config")]
pub(crate) fn nearest_key<'k>(
    written: &str,
    known: impl Iterator<Item = &'k str>,
) -> Option<&'k str> {
    let near = known.filter_map(|known| Some((slips_of_word(written, known)?, known)));
    near.min_by_key(|(slips, _)| *slips).map(|(_, known)| known)
}

/// What is wrong with the name of a model that a configuration gives. A provider that nobody knows
/// may be one of the program's own models; one that is a slip away from a known one is none.
#[cfg(feature = "config")]
pub(crate) fn slip_in(model: &str) -> Option<String> {
    let provider = split(model).0;
    let known = PROVIDERS.iter().any(|known| known.name == provider);
    if !known && meant_provider(provider).is_none() {
        return None;
    }
    let told = mistake(model, false)?;
    Some(told.as_str().replace("\nhelp:", ":"))
}

/// The provider that is the fewest slips away.
const fn meant_provider(written: &str) -> Option<&'static str> {
    let (mut meant, mut fewest) = (None, usize::MAX);
    let mut index = 0;
    while index < PROVIDERS.len() {
        if let Some(slips) = slips_of_word(written, PROVIDERS[index].name)
            && slips < fewest
        {
            (meant, fewest) = (Some(PROVIDERS[index].name), slips);
        }
        index += 1;
    }
    meant
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
            ("grok:m", "`groq:m`"),
            ("mistal:m", "`mistral:m`"),
            ("OpenAI:gpt-4o", "`openai:gpt-4o`"),
            ("antrophic:claude-opus-4-5", "`anthropic:claude-opus-4-5`"),
            ("antropic:claude-opus-4-5", "`anthropic:claude-opus-4-5`"),
            ("openai-response:gpt-5", "`openai-responses:gpt-5`"),
            ("xai-respones:grok-4", "`xai-responses:grok-4`"),
            ("openrouter-message:m", "`openrouter-messages:m`"),
            ("deepseek-messages:deepseek-cht", "`deepseek-messages:deepseek-chat`"),
        ] {
            let told = told(model, false).unwrap_or_default();
            assert!(told.ends_with(&format!("did you mean {meant}?")), "{model}: {told}");
        }
    }

    #[test]
    fn unknown_providers_and_models_without_tools_are_refused() {
        let unknown = told("something-else:large", false).unwrap_or_default();
        assert!(
            unknown.contains("the providers are `openai`, `openai-responses`, `anthropic`"),
            "{unknown}"
        );
        assert!(unknown.ends_with("`zai-messages`, `offline`"), "the list is cut: {unknown}");
        assert_eq!(told("openai:o1-mini", false), None);
        let refused = told("openai:o1-mini", true).unwrap_or_default();
        assert!(refused.starts_with("`openai:o1-mini` cannot call tools"), "{refused}");
    }
}
