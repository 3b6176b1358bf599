//! The adapters, by the names that the recordings have for wires.

use std::sync::Arc;

use fastroai_providers::anthropic::Messages;
use fastroai_providers::gemini::GenerateContent;
use fastroai_providers::openai::{ChatCompletions, Responses};
use fastroai_providers::protocol::Protocol;

use crate::recording::Exchange;

/// The adapter for an exchange; `None` for a wire that no adapter speaks.
pub(crate) fn adapter(exchange: &Exchange) -> Option<Arc<dyn Protocol>> {
    let provider = provider(exchange).to_owned();
    match exchange.api.as_str() {
        "chat_completions" => Some(Arc::new(ChatCompletions::for_provider(provider))),
        "generate_content" | "stream_generate_content" => Some(Arc::new(GenerateContent::new())),
        "messages" => Some(Arc::new(Messages::new())),
        "responses" => Some(Arc::new(Responses::for_provider(provider))),
        _ => None,
    }
}

/// The name that alone leads to this provider and this wire, where there is one.
pub(crate) fn usual_name(exchange: &Exchange) -> Option<&'static str> {
    match (exchange.provider.as_str(), exchange.api.as_str()) {
        ("openai", "chat_completions") => Some("openai"),
        ("openai", "responses") => Some("openai-responses"),
        ("anthropic", "messages") => Some("anthropic"),
        ("google", "generate_content" | "stream_generate_content") => Some("google"),
        _ => None,
    }
}

/// The provider's name, as in `provider:model`.
pub(crate) fn provider(exchange: &Exchange) -> &str {
    usual_name(exchange).unwrap_or(&exchange.provider)
}
