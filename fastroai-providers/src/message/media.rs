//! Pictures, documents, sound and film that go with what the user says or what a tool gives.

mod content;
mod kind;
mod uploaded;
mod url;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use content::MediaBytes;
pub use kind::MediaKind;
pub use uploaded::UploadedFile;
pub(crate) use uploaded::check_uploads;
pub use url::MediaUrl;

use crate::error::ModelError;
use crate::hidden::Hidden;

/// A picture, a document, sound or film, by its bytes or by its address.
///
/// Bytes are written as base64 once, when the media is made, since all wires and a stored history
/// have them so: a conversation that is sent again encodes nothing again, and clones share it. An
/// address is handed to the provider, which fetches it; nothing is fetched here. A file that was
/// uploaded to a provider before is named by its id there, and is sent to no other provider.
///
/// ```
/// use fastroai_providers::Media;
/// let photo = Media::image_bytes("image/png", b"\x89PNG")?;
/// let paper = Media::document_url("https://example.com/paper.pdf")?;
/// assert_eq!(paper.media_type(), Some("application/pdf"));
/// assert!(Media::image_url("file:///etc/passwd").is_err());
/// assert!(!format!("{photo:?}").contains("PNG"));
/// # Ok::<(), fastroai_providers::message::MediaError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
#[expect(clippy::struct_field_names, reason = "`media_type` is the standard's name")]
pub struct Media {
    kind: MediaKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    media_type: Option<String>,
    #[serde(flatten)]
    source: MediaSource,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<ImageDetail>,
}

/// Where the content of a [`Media`] is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum MediaSource {
    /// Here.
    Bytes(MediaBytes),
    /// Where the provider can fetch it.
    Url(MediaUrl),
    /// At the provider, where it was uploaded before.
    Uploaded(UploadedFile),
}

/// How closely a picture is looked at, where the provider has the choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "lowercase")]
pub enum ImageDetail {
    /// As the provider thinks fit.
    Auto,
    /// At a glance, for few tokens.
    Low,
    /// Closely.
    High,
}

/// What is wrong with a [`Media`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MediaError {
    /// The media type is none.
    #[error("the media type is none: write a type and a subtype, as in `image/png`")]
    MediaType,
    /// The media type is one of another kind.
    #[error("the media type is not one of {0}: take the constructor for its kind")]
    Kind(MediaKind),
    /// The file name ends in nothing that tells the media type.
    #[error("the file name's ending tells no media type: name the type with the bytes")]
    Ending,
    /// The address is not one that a provider may be sent to.
    #[error("the address of the media {0}")]
    Url(&'static str),
    /// The stored bytes are no base64.
    #[error("the bytes of the media are no base64")]
    Base64,
    /// The id of an uploaded file is none.
    #[error("the id of the uploaded file is none: it has 1 to 2,048 visible ASCII characters")]
    FileId,
}

macro_rules! constructors {
    ($($kind:ident $a:literal $bytes:ident $url:ident $uploaded:ident)*) => {$(
        #[doc = concat!($a, " by its bytes, of a media type of that kind.")]
        ///
        /// # Errors
        /// [`MediaError`], where the media type is none, or one of another kind.
        pub fn $bytes(
            media_type: impl AsRef<str>,
            bytes: impl AsRef<[u8]>,
        ) -> Result<Self, MediaError> {
            Self::of_bytes(MediaKind::$kind, media_type.as_ref(), bytes.as_ref())
        }

        #[doc = concat!($a, " by its address, which the provider fetches.")]
        ///
        /// # Errors
        /// [`MediaError`], where the address is not `http` or `https`, or cannot be used.
        pub fn $url(url: impl AsRef<str>) -> Result<Self, MediaError> {
            Self::of_url(MediaKind::$kind, url.as_ref())
        }

        #[doc = concat!($a, " that was uploaded to a provider, by the id that it has there (at")]
        /// Google, its URI).
        ///
        /// # Errors
        /// [`MediaError::FileId`], where the id is none.
        pub fn $uploaded(
            provider: impl Into<String>,
            id: impl Into<String>,
        ) -> Result<Self, MediaError> {
            let source = MediaSource::Uploaded(UploadedFile::new(provider, id)?);
            let kind = MediaKind::$kind;
            Ok(Self { kind, media_type: None, source, name: None, detail: None })
        }
    )*};
}

impl Media {
    constructors! {
        Image "A picture" image_bytes image_url image_uploaded
        Document "A document" document_bytes document_url document_uploaded
        Audio "Sound" audio_bytes audio_url audio_uploaded
        Video "Film" video_bytes video_url video_uploaded
    }

    /// A file of this name, whose ending tells what it is.
    ///
    /// ```
    /// use fastroai_providers::message::{Media, MediaKind};
    /// let file = Media::file("report.pdf", b"%PDF-1.7")?;
    /// assert_eq!((file.kind(), file.name()), (MediaKind::Document, Some("report.pdf")));
    /// # Ok::<(), fastroai_providers::message::MediaError>(())
    /// ```
    ///
    /// # Errors
    /// [`MediaError::Ending`], where the ending tells nothing.
    pub fn file(name: impl Into<String>, bytes: impl AsRef<[u8]>) -> Result<Self, MediaError> {
        let name = name.into();
        let media_type = kind::of_file(&name).ok_or(MediaError::Ending)?;
        let media = Self::of_bytes(MediaKind::of(media_type), media_type, bytes.as_ref())?;
        Ok(media.with_name(name))
    }

    fn of_bytes(kind: MediaKind, media_type: &str, bytes: &[u8]) -> Result<Self, MediaError> {
        let media_type = media_type.to_ascii_lowercase();
        kind.check(&media_type)?;
        let source = MediaSource::Bytes(MediaBytes::new(bytes));
        Ok(Self { kind, media_type: Some(media_type), source, name: None, detail: None })
    }

    fn of_url(kind: MediaKind, url: &str) -> Result<Self, MediaError> {
        let url = MediaUrl::new(url)?;
        // An ending of another kind says nothing: addresses may end in anything.
        let media_type = kind::of_file(url.path()).filter(|told| MediaKind::of(told) == kind);
        let media_type = media_type.map(str::to_owned);
        Ok(Self { kind, media_type, source: MediaSource::Url(url), name: None, detail: None })
    }

    /// Names the media type, where an address does not end in what tells it.
    ///
    /// # Errors
    /// [`MediaError`], where the media type is none, or one of another kind.
    pub fn with_media_type(mut self, media_type: impl AsRef<str>) -> Result<Self, MediaError> {
        let media_type = media_type.as_ref().to_ascii_lowercase();
        self.kind.check(&media_type)?;
        self.media_type = Some(media_type);
        Ok(self)
    }

    /// Gives it a file name, which the model may see.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Says how closely a picture is to be looked at. Only OpenAI has the choice.
    #[must_use]
    pub fn with_detail(mut self, detail: ImageDetail) -> Self {
        self.detail = Some(detail);
        self
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> MediaKind {
        self.kind
    }

    /// Its media type, as in `image/png`; for an address only where it is named or ends in it.
    #[must_use]
    pub fn media_type(&self) -> Option<&str> {
        self.media_type.as_deref()
    }

    /// Where its content is.
    #[must_use]
    pub fn source(&self) -> &MediaSource {
        &self.source
    }

    /// Its file name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// How closely it is to be looked at.
    #[must_use]
    pub fn detail(&self) -> Option<ImageDetail> {
        self.detail
    }

    /// The error for a wire that cannot carry this, which takes something else.
    pub(crate) fn unfit(&self, wire: &str, takes: &str) -> ModelError {
        let source = match self.source {
            MediaSource::Bytes(_) => "bytes",
            MediaSource::Url(_) => "a URL",
            MediaSource::Uploaded(_) => "the id of an uploaded file",
        };
        let kind = self.kind;
        let of_type = self.media_type().map(|told| format!(" (`{told}`)")).unwrap_or_default();
        ModelError::config(format!(
            "{wire} cannot carry {kind}{of_type} given by {source}: it takes {takes}"
        ))
    }
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Media")
            .field("kind", &self.kind)
            .field("media_type", &self.media_type)
            .field("source", &self.source)
            .field("name", &self.name().map(Hidden))
            .field("detail", &self.detail)
            .finish()
    }
}

/// A media as it is stored, before it is looked at.
#[derive(Deserialize)]
struct Stored {
    kind: MediaKind,
    media_type: Option<String>,
    #[serde(flatten)]
    source: MediaSource,
    name: Option<String>,
    detail: Option<ImageDetail>,
}

impl TryFrom<Stored> for Media {
    type Error = MediaError;

    fn try_from(stored: Stored) -> Result<Self, MediaError> {
        let Stored { kind, media_type, source, name, detail } = stored;
        match (&media_type, &source) {
            (Some(media_type), _) => kind.check(media_type)?,
            (None, MediaSource::Bytes(_)) => return Err(MediaError::MediaType),
            (None, MediaSource::Url(_) | MediaSource::Uploaded(_)) => {}
        }
        Ok(Self { kind, media_type, source, name, detail })
    }
}
