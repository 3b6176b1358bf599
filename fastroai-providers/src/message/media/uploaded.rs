//! Files that lie at a provider already.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{MediaError, MediaSource};
use crate::error::ModelError;
use crate::message::Message;

/// A file that was uploaded to a provider, by the name that it has there. It means nothing to any
/// other provider, and is sent to none.
///
/// ```
/// use fastroai_providers::Media;
/// use fastroai_providers::message::MediaSource;
/// let paper = Media::document_uploaded("anthropic", "file_011CNha8iCJcU1wXNR6q4V8w")?;
/// let MediaSource::Uploaded(file) = paper.source() else { unreachable!() };
/// assert!(file.is_at("anthropic") && !file.is_at("openai"));
/// # Ok::<(), fastroai_providers::message::MediaError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Stored")]
pub struct UploadedFile {
    provider: String,
    id: String,
}

/// The longest id that is taken, in bytes; Google's are addresses.
const LONGEST_ID: usize = 2_048;

impl UploadedFile {
    /// The file of this id at this provider.
    ///
    /// # Errors
    /// [`MediaError::FileId`], where the id is none.
    pub fn new(provider: impl Into<String>, id: impl Into<String>) -> Result<Self, MediaError> {
        let (provider, id) = (provider.into(), id.into());
        let plain =
            (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic());
        if plain && !provider.is_empty() {
            Ok(Self { provider, id })
        } else {
            Err(MediaError::FileId)
        }
    }

    /// Where it lies.
    #[must_use]
    pub fn provider(&self) -> &str {
        &self.provider
    }

    /// Its name there.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether it lies at this provider. Both wires of OpenAI reach the same files.
    #[must_use]
    pub fn is_at(&self, provider: &str) -> bool {
        let place =
            |name: &str| if name == "openai-responses" { "openai" } else { name }.to_owned();
        place(&self.provider) == place(provider)
    }
}

impl fmt::Debug for UploadedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UploadedFile").field("provider", &self.provider).finish_non_exhaustive()
    }
}

#[derive(Deserialize)]
struct Stored {
    provider: String,
    id: String,
}

impl TryFrom<Stored> for UploadedFile {
    type Error = MediaError;

    fn try_from(Stored { provider, id }: Stored) -> Result<Self, MediaError> {
        Self::new(provider, id)
    }
}

/// Refuses a conversation with a file that lies at another provider; tells whether it has one of
/// this.
pub(crate) fn check_uploads(messages: &[Message], provider: &str) -> Result<bool, ModelError> {
    let mut any = false;
    for media in messages.iter().flat_map(Message::media) {
        let MediaSource::Uploaded(file) = media.source() else { continue };
        if !file.is_at(provider) {
            return Err(ModelError::config(format!(
                "a file that was uploaded to `{}` is nothing to `{}`: give its bytes or its URL, or \
                 upload it there",
                file.provider.escape_debug(),
                provider.escape_debug(),
            )));
        }
        any = true;
    }
    Ok(any)
}
