//! A key that shows itself only to the request that carries it.

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use crate::error::ModelError;

/// A provider's key. It cannot be printed, logged or stored, and is wiped from memory at its end.
///
/// ```
/// use fastroai_providers::http::ApiKey;
/// let key = ApiKey::new("sk-test-123")?;
/// assert_eq!(format!("{key:?}"), "ApiKey(redacted)");
/// # Ok::<(), fastroai_providers::ModelError>(())
/// ```
#[derive(Clone)]
pub struct ApiKey {
    text: Arc<SecretString>,
    place: Option<Arc<str>>,
}

impl ApiKey {
    /// Takes a key as its provider gave it out.
    ///
    /// # Errors
    /// Of kind `Config`, where it is empty or holds what a header cannot carry, such as a line end.
    pub fn new(key: impl Into<String>) -> Result<Self, ModelError> {
        let key = SecretString::from(key.into());
        let text = key.expose_secret();
        if text.is_empty() {
            return Err(ModelError::config("the key is empty"));
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(ModelError::config(
                "the key holds a space, a line end or another character that no key has: \
                 copy it again",
            ));
        }
        Ok(Self { text: Arc::new(key), place: None })
    }

    /// Says where the key was found, as in "`OPENAI_API_KEY`", for errors about it.
    #[must_use]
    pub fn from_place(mut self, place: impl Into<Arc<str>>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Where the key was found.
    #[must_use]
    pub fn place(&self) -> Option<&str> {
        self.place.as_deref()
    }

    pub(super) fn expose(&self) -> &str {
        self.text.expose_secret()
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_no_header_can_carry_is_refused_without_being_shown() {
        for text in ["", "sk-canary\n", "sk\r\nx-evil: 1", "sk canary", "sk-canäry", "sk\0"] {
            let error = ApiKey::new(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
        }
    }
}
