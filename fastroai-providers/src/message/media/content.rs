//! Bytes in the form in which they are sent and stored.

use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize, Serializer};

use super::MediaError;

/// Bytes, kept as base64 (RFC 4648, with padding) and shared among clones.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct MediaBytes(Arc<str>);

impl MediaBytes {
    /// Encodes bytes.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(STANDARD.encode(bytes).into())
    }

    /// The base64.
    #[must_use]
    pub fn as_base64(&self) -> &str {
        &self.0
    }

    /// The bytes, decoded anew.
    #[must_use]
    pub fn decode(&self) -> Vec<u8> {
        // What is in here was encoded here, or was decoded once already.
        STANDARD.decode(&*self.0).unwrap_or_default()
    }
}

impl TryFrom<String> for MediaBytes {
    type Error = MediaError;

    fn try_from(base64: String) -> Result<Self, MediaError> {
        match STANDARD.decode(&base64) {
            Ok(_) => Ok(Self(base64.into())),
            Err(_) => Err(MediaError::Base64),
        }
    }
}

impl Serialize for MediaBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl fmt::Debug for MediaBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes>", base64::decoded_len_estimate(self.0.len()))
    }
}
