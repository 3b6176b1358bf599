//! Media of recorded requests.

use fastroai_providers::message::{Media, UserPart};
use serde_json::{Value, json};

/// Media in the form in which histories store it. `None` where it is none that can be said.
fn stored(kind: &str, media_type: Option<&str>, source: &str, content: &str) -> Option<Media> {
    let mut media = json!({ "kind": kind });
    media[source] = content.into();
    if let Some(media_type) = media_type {
        media["media_type"] = media_type.into();
    }
    serde_json::from_value(media).ok()
}

/// Media by its bytes, in base64.
pub(super) fn of_base64(media_type: &str, base64: &str) -> Option<Media> {
    stored(kind_of(media_type), Some(media_type), "bytes", base64)
}

/// Media by an address: one of the web, or one that holds the content itself.
pub(super) fn of_address(kind: &str, media_type: Option<&str>, address: &str) -> Option<Media> {
    match address.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,")) {
        Some((media_type, base64)) => of_base64(media_type, base64),
        None => stored(kind, media_type, "url", address),
    }
}

/// Media that was uploaded to a provider.
pub(super) fn uploaded(kind: &str, provider: &str, id: &str) -> Option<Media> {
    let source = json!({ "provider": provider, "id": id });
    serde_json::from_value(json!({ "kind": kind, "uploaded": source })).ok()
}

/// A tool's result in pieces: a text at most, and then media. `None` where it is none of these.
pub(super) fn given(parts: Vec<UserPart>) -> Option<(String, Vec<Media>)> {
    let mut text = None;
    let mut media = Vec::new();
    for part in parts {
        match part {
            UserPart::Text { text: said } if text.is_none() && media.is_empty() => {
                text = Some(said);
            }
            UserPart::Media(piece) => media.push(piece),
            _ => return None,
        }
    }
    Some((text.unwrap_or_default(), media))
}

/// The kind that a media type is of.
pub(super) fn kind_of(media_type: &str) -> &'static str {
    match media_type.split('/').next() {
        Some("image") => "image",
        Some("audio") => "audio",
        Some("video") => "video",
        _ => "document",
    }
}

/// A picture that is looked at as closely as is said.
pub(super) fn image(address: &Value, detail: &Value) -> Option<Media> {
    let media = of_address("image", None, address.as_str()?)?;
    match detail {
        Value::Null => Some(media),
        detail => Some(media.with_detail(serde_json::from_value(detail.clone()).ok()?)),
    }
}

/// The same, of a picture that is made already.
pub(super) fn detailed(media: Media, detail: &Value) -> Media {
    match serde_json::from_value(detail.clone()) {
        Ok(detail) => media.with_detail(detail),
        Err(_) => media,
    }
}

/// A document of this name, where it has one.
pub(super) fn named(media: Option<Media>, name: &Value) -> Option<Media> {
    let name = name.as_str();
    media.map(|media| name.into_iter().fold(media, Media::with_name))
}

/// A text of the user's.
pub(super) fn text(text: impl Into<String>) -> UserPart {
    UserPart::Text { text: text.into() }
}
