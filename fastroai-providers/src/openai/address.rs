//! Where the content of media is: elsewhere, or in the address itself.

use serde::{Serialize, Serializer};

use crate::message::{Media, MediaSource};

/// An address, or the content itself in the form of one (`data:`, RFC 2397).
///
/// A file that was uploaded has none.
pub(super) enum Address<'a> {
    Url(&'a str),
    Data { media_type: &'a str, base64: &'a str },
}

impl<'a> Address<'a> {
    pub(super) fn of(media: &'a Media) -> Option<Self> {
        match media.source() {
            MediaSource::Url(url) => Some(Self::Url(url.as_str())),
            MediaSource::Bytes(bytes) => Some(Self::Data {
                media_type: media.media_type().unwrap_or_default(),
                base64: bytes.as_base64(),
            }),
            MediaSource::Uploaded(_) => None,
        }
    }
}

impl Serialize for Address<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Url(url) => serializer.serialize_str(url),
            Self::Data { media_type, base64 } => {
                serializer.collect_str(&format_args!("data:{media_type};base64,{base64}"))
            }
        }
    }
}

/// The name of a document, which the wires want with its bytes and may show to the model.
pub(super) fn file_name(media: &Media) -> &str {
    media.name().unwrap_or(match media.media_type() {
        Some("application/pdf") => "document.pdf",
        Some("text/plain") => "document.txt",
        _ => "document",
    })
}
