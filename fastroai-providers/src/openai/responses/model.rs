//! What OpenAI's models can do on this wire, after <https://platform.openai.com/docs/models>.

use crate::model::Profile;

/// The beginnings of the names of models that do not reason. An unknown model counts as a current
/// one, which does.
const NOT_REASONING: [&str; 5] = ["gpt-3.5", "gpt-4", "chatgpt-4o", "gpt-5-chat", "ft:gpt-"];

/// Those that cannot be held to a schema.
const WITHOUT_SCHEMA: [&str; 4] = ["gpt-3.5", "gpt-4-", "gpt-4o-2024-05-13", "chatgpt-4o"];

/// Whether a model reasons, and so takes what belongs to reasoning.
pub(super) fn reasons(model: &str) -> bool {
    // Routers put the maker before the name.
    let name = model.rsplit('/').next().unwrap_or(model);
    !NOT_REASONING.iter().any(|beginning| name.starts_with(beginning))
}

pub(super) fn profile(model: &str) -> Profile {
    let unable = WITHOUT_SCHEMA.iter().any(|beginning| model.starts_with(beginning));
    Profile {
        tools: !model.starts_with("chatgpt-4o"),
        json_schema: model != "gpt-4" && !unable,
        ..Profile::default()
    }
}
