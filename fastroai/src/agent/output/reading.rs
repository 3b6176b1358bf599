//! JSON read from what a model wrote, however it wrapped it.

use serde::de::DeserializeOwned;

/// What stands around an answer that is no object: providers take no other schemas.
#[derive(serde::Deserialize)]
struct Wrapped<T> {
    value: T,
}

/// Reads an answer: all of the text, or else the JSON that stands in it.
///
/// # Errors
/// What does not fit of the text as a whole, unless that is no JSON and a part of it is.
pub(super) fn read<T: DeserializeOwned>(text: &str, wrapped: bool) -> Result<T, String> {
    let whole = strip_fence(text);
    let reason = match decode(whole, wrapped) {
        Ok(value) => return Ok(value),
        Err(reason) => reason,
    };
    if is_json(whole) {
        return Err(reason);
    }
    match embedded(whole).filter(|part| is_json(part)) {
        Some(part) => decode(part, wrapped),
        None => Err(reason),
    }
}

fn decode<T: DeserializeOwned>(text: &str, wrapped: bool) -> Result<T, String> {
    if !wrapped {
        return decode_bare(text);
    }
    // A model that was only asked in words may leave the wrapper out.
    decode_bare::<Wrapped<T>>(text)
        .map(|wrapped| wrapped.value)
        .or_else(|reason| decode_bare::<T>(text).map_err(|_| reason))
}

fn decode_bare<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let at = error.path().to_string();
        let place = if at == "." { String::new() } else { format!(" at `{at}`") };
        format!("{}{place}", error.into_inner())
    })?;
    json.end().map_err(|error| error.to_string())?;
    Ok(value)
}

fn is_json(text: &str) -> bool {
    serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

/// Models that are only asked for JSON often put it into a fenced block.
fn strip_fence(text: &str) -> &str {
    let text = text.trim();
    let Some(inner) = text.strip_prefix("```").and_then(|rest| rest.strip_suffix("```")) else {
        return text;
    };
    inner.strip_prefix("json").unwrap_or(inner).trim()
}

/// The JSON that stands between words: the last fenced block, or else what braces or brackets hold.
fn embedded(text: &str) -> Option<&str> {
    let blocks = text.match_indices("```json").map(|(at, fence)| at + fence.len());
    let block = blocks.last().and_then(|start| {
        let block = text.get(start..)?;
        block.get(..block.find("```")?)
    });
    if let Some(block) = block {
        return Some(block.trim());
    }
    let start = text.find(['{', '['])?;
    let closing = if text.get(start..)?.starts_with('{') { '}' } else { ']' };
    let end = text.rfind(closing)?;
    text.get(start..=end)
}
