//! Media as blocks of a user's turn.
//!
//! <https://platform.claude.com/docs/en/build-with-claude/vision> and
//! <https://platform.claude.com/docs/en/build-with-claude/pdf-support>.

use serde::Serialize;

use crate::error::ModelError;
use crate::message::{Media, MediaKind, MediaSource};

/// What this wire takes beside text, for those who give it something else.
const TAKES: &str = "JPEG, PNG, GIF and WebP images by bytes or URL, PDFs by bytes or URL, \
                     `text/plain` by bytes, and images and documents that were uploaded";

const IMAGES: [&str; 4] = ["image/jpeg", "image/png", "image/gif", "image/webp"];

const PDF: &str = "application/pdf";

/// Where the content of an image or a document is.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Source<'a> {
    Base64 { media_type: &'a str, data: &'a str },
    Url { url: &'a str },
    Text { media_type: &'static str, data: String },
    File { file_id: &'a str },
}

/// What this wire makes of a media.
pub(super) enum Attached<'a> {
    Image { source: Source<'a> },
    Document { source: Source<'a>, title: Option<&'a str> },
}

impl<'a> Attached<'a> {
    pub(super) fn of(media: &'a Media) -> Result<Self, ModelError> {
        let unfit = || media.unfit("Anthropic's Messages API", TAKES);
        let source = match (media.kind(), media.media_type(), media.source()) {
            // <https://platform.claude.com/docs/en/build-with-claude/files>
            (MediaKind::Image | MediaKind::Document, _, MediaSource::Uploaded(file)) => {
                Source::File { file_id: file.id() }
            }
            (MediaKind::Image, None, MediaSource::Url(url))
            | (MediaKind::Document, None | Some(PDF), MediaSource::Url(url)) => {
                Source::Url { url: url.as_str() }
            }
            (MediaKind::Image, Some(media_type), MediaSource::Url(url))
                if IMAGES.contains(&media_type) =>
            {
                Source::Url { url: url.as_str() }
            }
            (MediaKind::Image, Some(media_type), MediaSource::Bytes(bytes))
                if IMAGES.contains(&media_type) =>
            {
                Source::Base64 { media_type, data: bytes.as_base64() }
            }
            (MediaKind::Document, Some(PDF), MediaSource::Bytes(bytes)) => {
                Source::Base64 { media_type: PDF, data: bytes.as_base64() }
            }
            (MediaKind::Document, Some("text/plain"), MediaSource::Bytes(bytes)) => {
                let data = String::from_utf8(bytes.decode()).map_err(|_| {
                    ModelError::config("a document of type `text/plain` is not UTF-8: convert it")
                })?;
                Source::Text { media_type: "text/plain", data }
            }
            _ => return Err(unfit()),
        };
        Ok(match media.kind() {
            MediaKind::Image => Self::Image { source },
            _ => Self::Document { source, title: media.name() },
        })
    }
}
