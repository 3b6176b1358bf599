//! About how many tokens a conversation has.

use fastroai_providers::message::UserPart;
use fastroai_providers::{Message, Part, ToolDefinition};

/// How many bytes of English or JSON a token stands for, about.
const BYTES: usize = 4;
/// What stands around a message.
const FRAME: usize = 4;
/// What a picture or a page takes, about.
const MEDIA: usize = 1_200;

/// About how many tokens messages take.
pub(super) fn of_messages(messages: &[Message]) -> u64 {
    count(messages.iter().map(of_message).sum())
}

/// About how many tokens one message takes.
pub(super) fn of_one(message: &Message) -> u64 {
    count(of_message(message))
}

/// About how many tokens stand before the conversation.
pub(super) fn of_head(instructions: &str, tools: &[std::sync::Arc<ToolDefinition>]) -> u64 {
    let tools = tools.iter().map(|tool| {
        let schema = tool.parameters.as_value().to_string();
        FRAME + (tool.name.len() + tool.description.len() + schema.len()).div_ceil(BYTES)
    });
    count(instructions.len().div_ceil(BYTES) + tools.sum::<usize>())
}

fn of_message(message: &Message) -> usize {
    let tokens = |text: &str| text.len().div_ceil(BYTES);
    let pieces: usize = match message {
        Message::User(user) => user
            .parts
            .iter()
            .map(|part| match part {
                UserPart::Media(_) => MEDIA,
                part => part.as_text().map_or(0, tokens),
            })
            .sum(),
        Message::Assistant(reply) => reply
            .parts
            .iter()
            .map(|part| match part {
                Part::Text { text, .. } | Part::Refusal { text } => tokens(text),
                Part::Reasoning(reasoning) => {
                    let sealed = reasoning.signature.iter().chain(&reasoning.redacted);
                    tokens(&reasoning.text) + sealed.map(|sealed| tokens(sealed)).sum::<usize>()
                }
                Part::ToolCall(call) => FRAME + tokens(&call.name) + tokens(&call.arguments),
                Part::Provider { raw, .. } => tokens(&raw.to_string()),
                _ => 0,
            })
            .sum(),
        Message::Tool(tool) => tool
            .results
            .iter()
            .map(|it| FRAME + tokens(&it.content) + it.media.len().saturating_mul(MEDIA))
            .sum(),
        _ => 0,
    };
    FRAME + pieces
}

fn count(tokens: usize) -> u64 {
    u64::try_from(tokens).unwrap_or(u64::MAX)
}
