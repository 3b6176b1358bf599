//! The adapters, by the names that the recordings have for services and wires.

use std::sync::Arc;

use fastroai_providers::gemini::GenerateContent;
use fastroai_providers::openai::{ChatCompletions, Responses};
use fastroai_providers::protocol::Protocol;
use fastroai_providers::services::{FACES, Face, Wire};

use crate::recording::Exchange;

/// The adapter for an exchange, as the table has it for the service; `None` for a wire that no
/// adapter speaks.
pub(crate) fn adapter(exchange: &Exchange) -> Option<Arc<dyn Protocol>> {
    if let Some(face) = face(exchange) {
        return Some(face.protocol());
    }
    let provider = exchange.provider.clone();
    match exchange.api.as_str() {
        "chat_completions" => Some(Arc::new(ChatCompletions::for_provider(provider))),
        "generate_content" | "stream_generate_content" => Some(Arc::new(GenerateContent::new())),
        "responses" => Some(Arc::new(Responses::for_provider(provider))),
        _ => None,
    }
}

/// The row of the service and the wire, where there is one: its name alone leads there.
pub(crate) fn face(exchange: &Exchange) -> Option<&'static Face> {
    let api = exchange.api.as_str();
    let speaks = |face: &&Face| match face.wire {
        Wire::ChatCompletions(_) => api == "chat_completions",
        Wire::Responses(_) => api == "responses",
        Wire::Messages => api == "messages",
        Wire::GenerateContent => matches!(api, "generate_content" | "stream_generate_content"),
        _ => false,
    };
    FACES.iter().filter(|face| face.service == exchange.provider).find(speaks)
}

/// The provider's name, as in `provider:model`.
pub(crate) fn provider(exchange: &Exchange) -> &str {
    face(exchange).map_or(&exchange.provider, |face| face.name)
}
