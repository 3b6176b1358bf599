//! What was said, as fields of a span: JSON in the forms of the OpenTelemetry conventions.
//!
//! <https://github.com/open-telemetry/semantic-conventions/blob/main/docs/gen-ai/gen-ai-input-messages.json>
//! and its neighbours for output messages, instructions and tools. Media are named and never shown;
//! addresses, ids of uploaded files, signatures and what only its provider understands are left out.

use fastroai_providers::message::{MediaKind, MediaSource, UserPart};
use fastroai_providers::{FinishReason, Media, Message, Part, Response, ToolDefinition};
use serde_json::{Value, json};

use crate::emitted::{Emitted, Emitter, Sheet};

/// What stands between the texts of a part, in bytes.
const FORM: usize = 96;

/// What stands in place of messages that there was no room for.
const LEFT_OUT: &str = "(earlier messages are left out)";

pub(super) fn instructions(emitter: &Emitter, text: &str) -> Emitted<'static> {
    let mut sheet = emitter.sheet();
    sheet.take(FORM);
    let text = sheet.text(text);
    Sheet::done(&json!([{ "type": "text", "content": text }]))
}

/// The latest messages that there is room for, in their order.
pub(super) fn messages(emitter: &Emitter, messages: &[Message]) -> Emitted<'static> {
    let mut sheet = emitter.sheet();
    sheet.take(FORM);
    let mut shown: Vec<Value> = Vec::new();
    for message in messages.iter().rev() {
        let Some(message) = message_in(&mut sheet, message) else {
            let note = json!([{ "type": "text", "content": LEFT_OUT }]);
            shown.push(json!({ "role": "system", "parts": note }));
            break;
        };
        shown.push(message);
    }
    shown.reverse();
    Sheet::done(&Value::Array(shown))
}

pub(super) fn reply(emitter: &Emitter, reply: &Response) -> Emitted<'static> {
    let mut sheet = emitter.sheet();
    sheet.take(FORM);
    let finish = finish_word(&mut sheet, &reply.finish_reason);
    let parts = reply_parts(&mut sheet, reply);
    Sheet::done(&json!([{ "role": "assistant", "parts": parts, "finish_reason": finish }]))
}

pub(super) fn answer(emitter: &Emitter, text: &str) -> Emitted<'static> {
    let mut sheet = emitter.sheet();
    sheet.take(FORM);
    let text = sheet.text(text);
    let parts = json!([{ "type": "text", "content": text }]);
    Sheet::done(&json!([{ "role": "assistant", "parts": parts, "finish_reason": "stop" }]))
}

pub(super) fn tools<'t>(
    emitter: &Emitter,
    tools: impl Iterator<Item = &'t ToolDefinition>,
) -> Emitted<'static> {
    let mut sheet = emitter.sheet();
    let tools = tools.map_while(|tool| {
        if !sheet.take(FORM) {
            return None;
        }
        let name = sheet.name(&tool.name)?;
        let description = sheet.text(&tool.description)?;
        Some(json!({ "type": "function", "name": name, "description": description }))
    });
    Sheet::done(&Value::Array(tools.collect()))
}

pub(super) fn json(emitter: &Emitter, text: &str) -> Emitted<'static> {
    Sheet::done(&emitter.sheet().json(text).unwrap_or_default())
}

pub(super) fn words(emitter: &Emitter, words: &[&String]) -> Emitted<'static> {
    let mut sheet = emitter.sheet();
    Sheet::done(&Value::Array(words.iter().filter_map(|word| sheet.name(word)).collect()))
}

/// A message, or what there is room for; `None` where there is not even room for its beginning.
fn message_in(sheet: &mut Sheet<'_>, message: &Message) -> Option<Value> {
    if !sheet.take(FORM) {
        return None;
    }
    let (role, parts) = match message {
        Message::User(user) => {
            ("user", user.parts.iter().filter_map(|part| user_part(sheet, part)).collect())
        }
        Message::Assistant(reply) => ("assistant", reply_parts(sheet, reply)),
        Message::Tool(tool) => {
            let mut parts = Vec::new();
            for result in &tool.results {
                if !sheet.take(FORM) {
                    break;
                }
                let id = sheet.name(&result.call_id);
                let response = sheet.json(&result.content);
                parts.push(json!({ "type": "tool_call_response", "id": id, "response": response }));
                parts.extend(result.media.iter().filter_map(|media| media_part(sheet, media)));
            }
            ("tool", parts)
        }
        _ => return None,
    };
    Some(json!({ "role": role, "parts": parts }))
}

fn user_part(sheet: &mut Sheet<'_>, part: &UserPart) -> Option<Value> {
    match part {
        UserPart::Media(media) => media_part(sheet, media),
        part => text_part(sheet, "text", part.as_text()?),
    }
}

fn reply_parts(sheet: &mut Sheet<'_>, reply: &Response) -> Vec<Value> {
    let part = |part: &Part| match part {
        Part::Text { text, .. } => text_part(sheet, "text", text),
        Part::Reasoning(thought) => text_part(sheet, "reasoning", &thought.text),
        Part::Refusal { text } => text_part(sheet, "refusal", text),
        Part::ToolCall(call) => {
            if !sheet.take(FORM) {
                return None;
            }
            let (id, name) = (sheet.name(&call.id)?, sheet.name(&call.name)?);
            let arguments = sheet.json(&call.arguments);
            Some(json!({ "type": "tool_call", "id": id, "name": name, "arguments": arguments }))
        }
        Part::Provider { provider, .. } => {
            if !sheet.take(FORM) {
                return None;
            }
            Some(json!({ "type": "provider", "provider": sheet.name(provider)? }))
        }
        _ => None,
    };
    reply.parts.iter().filter_map(part).collect()
}

fn text_part(sheet: &mut Sheet<'_>, kind: &str, text: &str) -> Option<Value> {
    if text.is_empty() || !sheet.take(FORM) {
        return None;
    }
    Some(json!({ "type": kind, "content": sheet.text(text)? }))
}

/// What a media is, and where it comes from; neither its bytes nor its address.
fn media_part(sheet: &mut Sheet<'_>, media: &Media) -> Option<Value> {
    if !sheet.take(2 * FORM) {
        return None;
    }
    let modality = match media.kind() {
        MediaKind::Image => "image",
        MediaKind::Audio => "audio",
        MediaKind::Video => "video",
        _ => "document",
    };
    let source = match media.source() {
        MediaSource::Bytes(_) => "bytes",
        MediaSource::Url(_) => "url",
        _ => "uploaded",
    };
    let mut part = json!({
        "type": "media",
        "modality": modality,
        "source": source,
    });
    if let Some(media_type) = media.media_type() {
        part["mime_type"] = sheet.name(media_type)?;
    }
    if let Some(name) = media.name() {
        part["name"] = sheet.name(name)?;
    }
    Some(part)
}

/// The convention's word for why a model stopped.
fn finish_word(sheet: &mut Sheet<'_>, finish: &FinishReason) -> Option<Value> {
    sheet.name(match finish {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ContentFilter | FinishReason::Refusal => "content_filter",
        FinishReason::ToolCalls => "tool_call",
        FinishReason::Other(word) => word,
        FinishReason::Paused => "paused",
        FinishReason::Pending => "pending",
        _ => "unknown",
    })
}
