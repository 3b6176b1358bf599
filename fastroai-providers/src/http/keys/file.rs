//! Keys in files, as a container is given its secrets.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt;
use tokio::runtime::Handle;

use super::{KeyError, KeyFuture, KeyProvider};
use crate::http::key::ApiKey;

/// Keys in files, one file for each provider.
///
/// A file is read when its key is first needed, and again when the provider refuses that key, so
/// that a new key needs no restart. White space around the key is dropped. Who else may read the
/// file is not looked at.
///
/// ```
/// use fastroai_providers::http::KeyFiles;
/// let keys = KeyFiles::new().with("openai", "/run/secrets/openai");
/// ```
#[derive(Debug, Default)]
pub struct KeyFiles {
    paths: BTreeMap<String, PathBuf>,
    read: Mutex<BTreeMap<String, ApiKey>>,
}

impl KeyFiles {
    /// No file for any provider.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// This file for this provider.
    #[must_use]
    pub fn with(mut self, provider: impl Into<String>, path: impl Into<PathBuf>) -> Self {
        self.paths.insert(provider.into(), path.into());
        self
    }

    fn known(&self, provider: &str) -> Option<ApiKey> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).get(provider).cloned()
    }

    async fn load(&self, provider: &str) -> Result<Option<ApiKey>, KeyError> {
        let Some(path) = self.paths.get(provider).cloned() else { return Ok(None) };
        let key = match Handle::try_current() {
            // A disk may be slow, and may be far away.
            Ok(runtime) => runtime
                .spawn_blocking(move || key_in(&path))
                .await
                .map_err(|error| KeyError::new("the reading was given up").with_source(error))?,
            Err(_) => key_in(&path),
        }?;
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.insert(provider.to_owned(), key.clone());
        Ok(Some(key))
    }
}

fn key_in(path: &Path) -> Result<ApiKey, KeyError> {
    let place = format!("the file `{}`", path.display());
    let text = std::fs::read_to_string(path)
        .map_err(|error| KeyError::new(format!("{place} cannot be read")).with_source(error))?;
    match ApiKey::new(text.trim()) {
        Ok(key) => Ok(key.from_place(place)),
        Err(error) => Err(KeyError::new(format!("in {place}: {error}"))),
    }
}

impl KeyProvider for KeyFiles {
    fn key<'a>(&'a self, provider: &'a str) -> KeyFuture<'a> {
        async move {
            match self.known(provider) {
                Some(key) => Ok(Some(key)),
                None => self.load(provider).await,
            }
        }
        .boxed()
    }

    fn refresh<'a>(&'a self, provider: &'a str) -> KeyFuture<'a> {
        self.load(provider).boxed()
    }
}
