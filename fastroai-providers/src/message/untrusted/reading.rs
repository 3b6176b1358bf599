//! Reading messages that may be of another form than ours.

use serde::Deserialize as _;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::dropped::{Dropped, Report};
use crate::message::{HistoryError, Media, Message, UserMessage, UserPart};
use crate::response::{Part, Response};

/// The messages that can be read, each with its place.
pub(super) fn messages(
    value: Value,
    report: &mut Report,
) -> Result<Vec<(usize, Message)>, HistoryError> {
    let messages = match value {
        Value::Array(messages) => messages,
        Value::Object(mut stored) => {
            if let Some(version) = stored.get("version") {
                HistoryError::of_version(version.as_u64().unwrap_or(u64::MAX))?;
            }
            match stored.remove("messages") {
                Some(Value::Array(messages)) => messages,
                _ => return Err(HistoryError::Messages),
            }
        }
        _ => return Err(HistoryError::Messages),
    };
    let numbered = messages.into_iter().enumerate();
    Ok(numbered.filter_map(|(at, value)| Some((at, message(at, value, report)?))).collect())
}

fn message(at: usize, value: Value, report: &mut Report) -> Option<Message> {
    let Value::Object(mut fields) = value else {
        report.note(Dropped::unknown_message(at));
        return None;
    };
    match fields.get("role").and_then(Value::as_str) {
        Some("user") => {
            let parts = parts(at, &mut fields, report)?;
            let parts = parts.into_iter().filter_map(|part| user_part(at, part, report)).collect();
            Some(Message::User(UserMessage { parts }))
        }
        Some("assistant" | "model") => {
            let listed = parts(at, &mut fields, report)?;
            let parts =
                listed.into_iter().filter_map(|part| known::<Part>(at, part, report)).collect();
            // Where what it claims beside them cannot be read, it is not kept either.
            fields.insert("parts".to_owned(), Value::Array(Vec::new()));
            let claims = read::<Response>(Value::Object(fields)).unwrap_or_default();
            Some(Message::Assistant(Response { parts, ..claims }))
        }
        Some("tool") => {
            if let Some(Value::Array(results)) = fields.get_mut("results") {
                for result in results {
                    readable_media(at, result, report);
                }
            }
            let results = read(Value::Object(fields));
            report.note_if(results.is_none(), at, Dropped::unknown_message);
            results.map(Message::Tool)
        }
        Some("system" | "developer") => {
            report.note(Dropped::system(at));
            None
        }
        _ => {
            report.note(Dropped::unknown_message(at));
            None
        }
    }
}

/// The parts of a message, as it has them; a text is one.
fn parts(at: usize, fields: &mut Map<String, Value>, report: &mut Report) -> Option<Vec<Value>> {
    let listed = fields.remove("parts").or_else(|| fields.remove("content"));
    match listed {
        Some(Value::Array(parts)) => Some(parts),
        Some(text @ Value::String(_)) => Some(vec![text]),
        _ => {
            report.note(Dropped::unknown_message(at));
            None
        }
    }
}

fn user_part(at: usize, part: Value, report: &mut Report) -> Option<UserPart> {
    let dropped = match part.get("type").and_then(Value::as_str) {
        Some("system" | "developer" | "instructions") => Dropped::system,
        Some("media") if part.get("bytes").is_none() => elsewhere(&part),
        _ if part.get("file_id").is_some() => Dropped::uploaded_file,
        _ => return known(at, part, report),
    };
    // An address may be a good one: what can be read is looked at later.
    let read = read(part);
    report.note_if(read.is_none(), at, dropped);
    read
}

/// Leaves of the media beside a tool's result what can be read: the result itself is still one.
fn readable_media(at: usize, result: &mut Value, report: &mut Report) {
    let Some(Value::Array(media)) = result.get_mut("media") else { return };
    media.retain(|media| {
        let is_read = Media::deserialize(media).is_ok();
        let is_here = media.get("bytes").is_some();
        let dropped = if is_here { Dropped::unknown_part } else { elsewhere(media) };
        report.note_if(!is_read, at, dropped);
        is_read
    });
}

/// What media is that is not here.
fn elsewhere(media: &Value) -> fn(usize) -> Dropped {
    if media.get("url").is_some() { Dropped::url } else { Dropped::uploaded_file }
}

fn known<T: DeserializeOwned>(at: usize, part: Value, report: &mut Report) -> Option<T> {
    let part = match part {
        Value::String(text) => serde_json::json!({"type": "text", "text": text}),
        part => part,
    };
    let read = read(part);
    report.note_if(read.is_none(), at, Dropped::unknown_part);
    read
}

fn read<T: DeserializeOwned>(value: Value) -> Option<T> {
    serde_json::from_value(value).ok()
}
