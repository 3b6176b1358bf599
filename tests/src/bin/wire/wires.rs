//! The adapters, by the names that the recordings have for wires.

use std::sync::Arc;

use fastroai_providers::anthropic::Messages;
use fastroai_providers::openai::ChatCompletions;
use fastroai_providers::protocol::Protocol;

use crate::recording::Exchange;

/// The adapter for an exchange; `None` for a wire that no adapter speaks.
pub(crate) fn adapter(exchange: &Exchange) -> Option<Arc<dyn Protocol>> {
    let provider = exchange.provider.clone();
    match exchange.api.as_str() {
        "chat_completions" => Some(Arc::new(ChatCompletions::for_provider(provider))),
        "messages" => Some(Arc::new(Messages::new())),
        _ => None,
    }
}

/// Whether the provider's name alone leads to this wire.
pub(crate) fn is_usual(exchange: &Exchange) -> bool {
    matches!(
        (exchange.provider.as_str(), exchange.api.as_str()),
        ("openai", "chat_completions") | ("anthropic", "messages")
    )
}
