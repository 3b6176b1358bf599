//! What the user says: texts, media, and marks for the provider's cache.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Media;
use crate::error::ModelError;
use crate::hidden::Hidden;
use crate::request::CacheTtl;

/// What the user said.
///
/// ```
/// use fastroai_providers::message::{Media, UserMessage};
/// use fastroai_providers::request::CacheTtl;
/// let manual = Media::document_url("https://example.com/manual.pdf")?;
/// let question = UserMessage::from("This is the manual.")
///     .attach(manual)
///     .cache_point(CacheTtl::FiveMinutes)
///     .text("How do I reset it?");
/// assert_eq!(question.parts.len(), 4);
/// # Ok::<(), fastroai_providers::message::MediaError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct UserMessage {
    /// Its pieces, in order.
    pub parts: Vec<UserPart>,
}

impl UserMessage {
    /// Adds a text.
    #[must_use]
    pub fn text(self, text: impl Into<String>) -> Self {
        self.part(UserPart::Text { text: text.into() })
    }

    /// Adds media.
    #[must_use]
    pub fn attach(self, media: Media) -> Self {
        self.part(UserPart::Media(media))
    }

    /// Marks that all up to here is worth keeping in the provider's cache.
    #[must_use]
    pub fn cache_point(self, ttl: CacheTtl) -> Self {
        self.part(UserPart::CachePoint { ttl })
    }

    fn part(mut self, part: UserPart) -> Self {
        self.parts.push(part);
        self
    }

    /// Refuses a cache point that has nothing before it to mark.
    pub(crate) fn check(&self) -> Result<(), ModelError> {
        let first = self.parts.iter().find(|part| !part.is_blank());
        if matches!(first, Some(UserPart::CachePoint { .. })) {
            return Err(ModelError::config(
                "a cache point has nothing before it in its message: put it behind what is to be \
                 cached",
            ));
        }
        Ok(())
    }
}

impl<T: Into<String>> From<T> for UserMessage {
    fn from(text: T) -> Self {
        Self::default().text(text)
    }
}

/// One piece of a user's message.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum UserPart {
    /// Text.
    Text {
        /// The text.
        text: String,
    },
    /// Text that the runtime wrote to have an answer mended; sent as the user's.
    Correction {
        /// The text.
        text: String,
    },
    /// A picture, a document, sound or film.
    Media(Media),
    /// All of the request up to here is worth keeping in the provider's cache. Sent to Anthropic;
    /// providers that choose for themselves what they keep are sent nothing.
    CachePoint {
        /// How long to keep it.
        #[serde(default)]
        ttl: CacheTtl,
    },
}

impl UserPart {
    /// The text to send, where this part is text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text { text } | Self::Correction { text } => Some(text),
            Self::Media(_) | Self::CachePoint { .. } => None,
        }
    }

    fn is_blank(&self) -> bool {
        self.as_text().is_some_and(|text| text.trim().is_empty())
    }
}

impl fmt::Debug for UserPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { text } => f.debug_tuple("Text").field(&Hidden(text)).finish(),
            Self::Correction { text } => f.debug_tuple("Correction").field(&Hidden(text)).finish(),
            Self::Media(media) => media.fmt(f),
            Self::CachePoint { ttl } => f.debug_struct("CachePoint").field("ttl", ttl).finish(),
        }
    }
}
