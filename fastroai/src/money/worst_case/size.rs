//! How many tokens the text of a request can have.
//!
//! A token of text stands for at least one byte, in every tokeniser that falls back to bytes. What
//! providers write around it (roles, the frames of tools) is counted in round figures above what is
//! seen.

use fastroai_providers::{Media, Message, OutputFormat, Part, Request, ToolResult};

/// What a provider says of its own in a request.
const REQUEST: u64 = 128;
/// What it says before a list of tools.
const TOOLS: u64 = 1_024;
/// What stands around a tool.
const TOOL: u64 = 64;
/// What stands around a message, or a piece of one.
const PIECE: u64 = 32;
/// What is said before the media of a tool.
const FRAME: u64 = 256;
/// What it says before the schema of an answer.
const SCHEMA: u64 = 512;

pub(super) fn tokens(request: &Request<'_>) -> u64 {
    let mut sum = REQUEST.saturating_add(text(request.instructions.unwrap_or_default()));
    if !request.tools.is_empty() {
        sum = sum.saturating_add(TOOLS);
    }
    for tool in request.tools {
        let said = text(&tool.name).saturating_add(text(&tool.description));
        let schema = json(&tool.parameters.as_value().to_string());
        sum = sum.saturating_add(TOOL).saturating_add(said).saturating_add(schema);
    }
    for tool in request.hosted_tools {
        // What a provider says of a tool of its own is not seen.
        sum = sum.saturating_add(TOOLS).saturating_add(json(&tool.raw.to_string()));
    }
    if let OutputFormat::JsonSchema { name, schema } = request.output {
        let schema = json(&schema.as_value().to_string()).saturating_add(text(name));
        sum = sum.saturating_add(SCHEMA).saturating_add(schema);
    }
    request.messages.iter().map(message).fold(sum, u64::saturating_add)
}

fn message(message: &Message) -> u64 {
    let pieces: Vec<u64> = match message {
        Message::User(user) => {
            user.parts.iter().map(|part| text(part.as_text().unwrap_or_default())).collect()
        }
        Message::Assistant(reply) => reply.parts.iter().map(part).collect(),
        Message::Tool(tool) => {
            // Media may go behind the results, with a sentence that names the tool once more.
            let frame = |media: &[Media], name: &str| {
                if media.is_empty() { 0 } else { FRAME.saturating_add(text(name)) }
            };
            let result = |it: &ToolResult| {
                let said = json(&it.content) + text(&it.name) + text(&it.call_id);
                said.saturating_add(frame(&it.media, &it.name))
            };
            tool.results.iter().map(result).collect()
        }
        _ => Vec::new(),
    };
    pieces.into_iter().fold(PIECE, |sum, piece| sum.saturating_add(piece).saturating_add(PIECE))
}

fn part(part: &Part) -> u64 {
    match part {
        Part::Text { text: said, .. } | Part::Refusal { text: said } => text(said),
        Part::Reasoning(reasoning) => {
            let sealed = reasoning.signature.iter().chain(&reasoning.redacted);
            sealed.map(|sealed| text(sealed)).fold(text(&reasoning.text), u64::saturating_add)
        }
        Part::ToolCall(call) => {
            let details = call.details.as_ref().map_or(0, |details| json(&details.to_string()));
            json(&call.arguments) + text(&call.name) + text(&call.id) + details
        }
        Part::Provider { raw, .. } => json(&raw.to_string()),
        _ => 0,
    }
}

fn text(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}

/// Text that a provider may write anew as JSON, with all that can be escaped escaped.
pub(super) fn json(text: &str) -> u64 {
    let escaped = |character: char| match character {
        '"' | '\\' => 2,
        ' '..='~' => 1,
        character => 6 * character.len_utf16(),
    };
    u64::try_from(text.chars().map(escaped).sum::<usize>()).unwrap_or(u64::MAX)
}
