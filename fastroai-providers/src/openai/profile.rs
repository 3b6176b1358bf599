//! What OpenAI's own models can do, after <https://platform.openai.com/docs/models>.

use crate::model::Profile;

/// Those that cannot be held to a schema.
const WITHOUT_SCHEMA: [&str; 4] = ["gpt-3.5", "gpt-4-", "gpt-4o-2024-05-13", "chatgpt-4o"];

/// What a model can do on every wire of OpenAI's that has it.
pub(super) fn of(model: &str) -> Profile {
    let unable = WITHOUT_SCHEMA.iter().any(|beginning| model.starts_with(beginning));
    Profile {
        tools: !model.starts_with("chatgpt-4o"),
        json_schema: model != "gpt-4" && !unable,
        ..Profile::default()
    }
}
