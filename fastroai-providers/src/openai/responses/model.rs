//! Which of OpenAI's models reason, after <https://platform.openai.com/docs/models>.

/// The beginnings of the names of models that do not reason. An unknown model counts as a current
/// one, which does.
const NOT_REASONING: [&str; 5] = ["gpt-3.5", "gpt-4", "chatgpt-4o", "gpt-5-chat", "ft:gpt-"];

/// Whether a model reasons, and so takes what belongs to reasoning.
pub(super) fn reasons(model: &str) -> bool {
    // Routers put the maker before the name.
    let name = model.rsplit('/').next().unwrap_or(model);
    !NOT_REASONING.iter().any(|beginning| name.starts_with(beginning))
}
