//! Where keys come from, asked anew for each request.

mod file;

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};

use super::key::ApiKey;
use crate::error::ModelError;

pub use file::KeyFiles;

/// A key, or that there is none.
pub type KeyFuture<'a> = BoxFuture<'a, Result<Option<ApiKey>, KeyError>>;

/// Where keys come from. It is asked before each request, so that a key may change at any time.
///
/// The shipped ones are [`EnvironmentKeys`](crate::connect::EnvironmentKeys), which a
/// [`Connection`](crate::Connection) begins with, [`FixedKeys`], [`KeyFiles`] and [`KeyCallback`].
pub trait KeyProvider: Send + Sync + 'static {
    /// The key for a provider, as in `openai`; `None` where there is none.
    fn key<'a>(&'a self, provider: &'a str) -> KeyFuture<'a>;

    /// The same, after the provider has answered the last key with 401: past whatever is cached.
    ///
    /// Where another key comes out, the request is sent once more with it.
    fn refresh<'a>(&'a self, provider: &'a str) -> KeyFuture<'a> {
        self.key(provider)
    }

    /// The key, where it is had without a wait; `None` where it has to be [asked for](Self::key).
    ///
    /// Looked at when a model is connected, so that a missing key is told before a request, and
    /// retries are counted apart for each key.
    fn known(&self, provider: &str) -> Option<Result<Option<ApiKey>, KeyError>> {
        let _ = provider;
        None
    }
}

impl<K: KeyProvider + ?Sized> KeyProvider for Arc<K> {
    fn key<'a>(&'a self, provider: &'a str) -> KeyFuture<'a> {
        (**self).key(provider)
    }

    fn refresh<'a>(&'a self, provider: &'a str) -> KeyFuture<'a> {
        (**self).refresh(provider)
    }

    fn known(&self, provider: &str) -> Option<Result<Option<ApiKey>, KeyError>> {
        (**self).known(provider)
    }
}

/// Why a key cannot be had. Its text must not hold the key.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct KeyError {
    message: String,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl KeyError {
    /// An error with this message.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), source: None }
    }

    /// Adds the cause. It must not hold the key either.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl From<ModelError> for KeyError {
    /// As [`ApiKey::new`] refuses a key.
    fn from(error: ModelError) -> Self {
        Self::new(error.to_string())
    }
}

/// Keys that do not change.
///
/// ```
/// use fastroai_providers::http::{ApiKey, FixedKeys};
/// let keys = FixedKeys::new().with("openai", ApiKey::new("sk-test-123")?);
/// # Ok::<(), fastroai_providers::ModelError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct FixedKeys(BTreeMap<String, ApiKey>);

impl FixedKeys {
    /// No key for any provider.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// This key for this provider.
    #[must_use]
    pub fn with(mut self, provider: impl Into<String>, key: ApiKey) -> Self {
        self.0.insert(provider.into(), key);
        self
    }
}

impl KeyProvider for FixedKeys {
    fn key<'a>(&'a self, provider: &'a str) -> KeyFuture<'a> {
        ready(Ok(self.0.get(provider).cloned())).boxed()
    }
}

/// Keys that a function hands out, from a vault, say. It is called for each request, and once more
/// after a 401: caching is up to it.
///
/// ```
/// use fastroai_providers::http::{ApiKey, KeyCallback};
/// let keys = KeyCallback::new(|provider| async move {
///     let key = if provider == "openai" { Some(ApiKey::new("sk-test-123")?) } else { None };
///     Ok(key)
/// });
/// ```
pub struct KeyCallback<F>(F);

impl<F, R> KeyCallback<F>
where
    F: Fn(String) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Option<ApiKey>, KeyError>> + Send + 'static,
{
    /// The keys of this function, which is given the provider's name.
    pub fn new(function: F) -> Self {
        Self(function)
    }
}

impl<F, R> KeyProvider for KeyCallback<F>
where
    F: Fn(String) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Option<ApiKey>, KeyError>> + Send + 'static,
{
    fn key<'a>(&'a self, provider: &'a str) -> KeyFuture<'a> {
        (self.0)(provider.to_owned()).boxed()
    }
}

impl<F> fmt::Debug for KeyCallback<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyCallback").finish_non_exhaustive()
    }
}
