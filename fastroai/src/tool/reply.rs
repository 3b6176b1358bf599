//! What a tool gives: what the model reads, and pictures and documents beside it.

use std::fmt;

use fastroai_providers::Media;

/// What a tool gives the model: a text, and pictures and documents beside it.
///
/// A tool that gives text or data returns it as it is. One that gives media returns this:
///
/// ```
/// use fastroai::Media;
/// use fastroai::prelude::*;
/// use fastroai::providers::message::MediaError;
/// use fastroai::tool::ToolReply;
///
/// /// Take a picture of a web page.
/// #[safe_tool]
/// async fn screenshot(
///     /// The address of the page.
///     url: String,
/// ) -> Result<ToolReply, MediaError> {
///     let png = b"\x89PNG"; // of a browser
///     Ok(ToolReply::new(format!("The page at {url}.")).attach(Media::image_bytes("image/png", png)?))
/// }
/// ```
///
/// Every wire takes pictures and most take PDFs; what one cannot carry ends the run before the
/// request is sent. A result holds at most 20 media and 20 MiB of bytes as base64: what is beyond
/// that is left out, and the model is told. A [`Media`] that is returned by itself is data like any
/// other, and the model reads it as JSON: put it in here.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ToolReply {
    text: String,
    media: Vec<Media>,
}

impl ToolReply {
    /// A text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), media: Vec::new() }
    }

    /// Adds a picture or a document.
    #[must_use]
    pub fn attach(mut self, media: Media) -> Self {
        self.media.push(media);
        self
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The pictures and documents.
    #[must_use]
    pub fn media(&self) -> &[Media] {
        &self.media
    }

    /// The text and the media, given away.
    #[must_use]
    pub fn into_parts(self) -> (String, Vec<Media>) {
        (self.text, self.media)
    }
}

impl From<String> for ToolReply {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<&str> for ToolReply {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<Media> for ToolReply {
    fn from(media: Media) -> Self {
        Self::default().attach(media)
    }
}

impl fmt::Debug for ToolReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolReply")
            .field("text", &format_args!("<{} bytes>", self.text.len()))
            .field("media", &self.media)
            .finish()
    }
}
