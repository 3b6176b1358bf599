//! Addresses that a provider may be asked to fetch.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

use super::MediaError;

/// An `http` or `https` address, kept as it was given and shared among clones.
///
/// The provider fetches it, not this machine. Other schemes (`file:`, `data:`, `gs:`) are refused,
/// and so are user names and passwords, which the provider would be shown.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct MediaUrl(Arc<str>);

impl MediaUrl {
    /// Takes an address.
    ///
    /// # Errors
    /// [`MediaError::Url`], where it is not `http` or `https`, or cannot be used.
    pub fn new(url: &str) -> Result<Self, MediaError> {
        let refuse = |why| Err(MediaError::Url(why));
        let Some((scheme, rest)) = url.split_once("://") else {
            return refuse("is none: write `https://` and the host");
        };
        if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
            return refuse("is neither `http://` nor `https://`: give the bytes instead");
        }
        if url.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return refuse("holds a space or a line end: write `%20` for a space");
        }
        let host = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
        if host.is_empty() || host.starts_with(':') {
            return refuse("names no host: write `https://` and the host");
        }
        if host.contains('@') {
            return refuse("holds a user name or password, which the provider would be shown");
        }
        Ok(Self(url.into()))
    }

    /// The address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address up to its query, which may be a key to what it names.
    pub(super) fn path(&self) -> &str {
        self.0.split(['?', '#']).next().unwrap_or_default()
    }
}

impl TryFrom<String> for MediaUrl {
    type Error = MediaError;

    fn try_from(url: String) -> Result<Self, MediaError> {
        Self::new(&url)
    }
}

impl Serialize for MediaUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl fmt::Debug for MediaUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path();
        f.write_str(path)?;
        f.write_str(if path.len() < self.0.len() { "…" } else { "" })
    }
}
