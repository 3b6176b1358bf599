//! How many tokens a picture, a document, sound or film can have.

use fastroai_providers::Media;
use fastroai_providers::message::{MediaKind, MediaSource};

use super::size;

/// The most that a picture takes at Anthropic, above what it documents:
/// <https://platform.claude.com/docs/en/build-with-claude/vision>.
const IMAGE_ANTHROPIC: u64 = 5_000;

/// The same at OpenAI: <https://platform.openai.com/docs/guides/images-vision>.
const IMAGE_OPENAI: u64 = 16_000;

/// And with its models that count a picture many times over, and wherever it is not documented.
const IMAGE: u64 = 50_000;

/// What a piece of media can take of a model's window.
pub(super) fn tokens(media: &Media, provider: &str, model: &str, window: u64) -> u64 {
    let bytes = match media.source() {
        MediaSource::Bytes(bytes) => Some(bytes),
        _ => None,
    };
    let bound = match (media.kind(), bytes) {
        (MediaKind::Image, _) => match provider {
            "anthropic" => IMAGE_ANTHROPIC,
            "openai" if !model.contains("4o-mini") => IMAGE_OPENAI,
            _ => IMAGE,
        },
        // Sound takes at most some 32 tokens a second, and no format does with fewer bytes.
        (MediaKind::Audio, Some(bytes)) => length(bytes.as_base64()),
        (MediaKind::Document, Some(bytes)) if is_text(media) => {
            size::json(&String::from_utf8_lossy(&bytes.decode()))
        }
        // What is packed, or elsewhere, may be as long as the model can read.
        _ => window,
    };
    bound.min(window)
}

fn is_text(media: &Media) -> bool {
    media.media_type().is_some_and(|it| it.starts_with("text/") || it == "application/json")
}

fn length(text: &str) -> u64 {
    u64::try_from(text.len()).unwrap_or(u64::MAX)
}
