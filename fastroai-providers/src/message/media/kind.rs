//! Kinds of media, and their media types.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::MediaError;

/// What a [`Media`](super::Media) is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "lowercase")]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A text, or pages of text and pictures.
    Document,
    /// Sound.
    Audio,
    /// Film.
    Video,
}

impl MediaKind {
    /// The kind of this media type: all that is neither seen nor heard is a document.
    pub(super) fn of(media_type: &str) -> Self {
        match media_type.split_once('/') {
            Some(("image", _)) => Self::Image,
            Some(("audio", _)) => Self::Audio,
            Some(("video", _)) => Self::Video,
            _ => Self::Document,
        }
    }

    /// Refuses what is no media type in small letters, or one of another kind.
    pub(super) fn check(self, media_type: &str) -> Result<(), MediaError> {
        let letter = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"!#$&^_.+-".contains(&byte)
        };
        let word = |text: &str| (1..=127).contains(&text.len()) && text.bytes().all(letter);
        match media_type.split_once('/') {
            Some((kind, rest)) if word(kind) && word(rest) => {
                if Self::of(media_type) == self {
                    Ok(())
                } else {
                    Err(MediaError::Kind(self))
                }
            }
            _ => Err(MediaError::MediaType),
        }
    }
}

impl fmt::Display for MediaKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Image => "an image",
            Self::Document => "a document",
            Self::Audio => "audio",
            Self::Video => "video",
        })
    }
}

/// The media type that a file name's ending tells, among those that models take.
pub(super) fn of_file(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    let media_type = match ending.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "pdf" => "application/pdf",
        "txt" => "text/plain",
        "md" => "text/markdown",
        "csv" => "text/csv",
        "html" | "htm" => "text/html",
        "wav" => "audio/wav",
        "mp3" => "audio/mpeg",
        "flac" => "audio/flac",
        "ogg" => "audio/ogg",
        "m4a" => "audio/mp4",
        "mp4" => "video/mp4",
        "mov" => "video/quicktime",
        "webm" => "video/webm",
        _ => return None,
    };
    Some(media_type)
}
