//! Keys as a connection finds them.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::ready;
use secrecy::{ExposeSecret, SecretString};

use super::provider::Provider;
use super::variables::Variables;
use crate::http::{ApiKey, KeyError, KeyFuture, KeyProvider};

/// The keys of the process's environment, each under its provider's own names: `OPENAI_API_KEY`,
/// say. The table at [`connect`](crate::connect()) has them all.
#[derive(Debug, Clone, Default)]
pub struct EnvironmentKeys(Variables);

impl EnvironmentKeys {
    /// Those of the process.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(super) fn of(variables: Variables) -> Self {
        Self(variables)
    }

    fn now(&self, provider: &str) -> Result<Option<ApiKey>, KeyError> {
        let Some(provider) = Provider::named(provider) else { return Ok(None) };
        let Some((variable, text)) = self.0.first(provider.key_variables()) else {
            return Ok(None);
        };
        usable(text, &format!("`{variable}`"))
    }
}

impl KeyProvider for EnvironmentKeys {
    fn key<'a>(&'a self, provider: &'a str) -> KeyFuture<'a> {
        ready(self.now(provider)).boxed()
    }
}

/// What the code sets, and behind it the environment or what was put in its place.
#[derive(Clone, Default)]
pub(super) struct Keys {
    pub(super) set: BTreeMap<String, Arc<SecretString>>,
    pub(super) behind: Behind,
}

#[derive(Clone)]
pub(super) enum Behind {
    Environment(EnvironmentKeys),
    Given(Arc<dyn KeyProvider>),
}

impl Default for Behind {
    fn default() -> Self {
        Self::Environment(EnvironmentKeys::new())
    }
}

impl Keys {
    /// The key, where it can be known without asking anyone.
    pub(super) fn now(&self, provider: &str) -> Option<Result<Option<ApiKey>, KeyError>> {
        if let Some(set) = self.set.get(provider) {
            let place = format!("`.key(\"{provider}\", …)`");
            return Some(usable(set.expose_secret().to_owned(), &place));
        }
        match &self.behind {
            Behind::Environment(keys) => Some(keys.now(provider)),
            Behind::Given(_) => None,
        }
    }
}

impl KeyProvider for Keys {
    fn key<'a>(&'a self, provider: &'a str) -> KeyFuture<'a> {
        match (self.now(provider), &self.behind) {
            (None, Behind::Given(keys)) => keys.key(provider),
            (now, _) => ready(now.unwrap_or(Ok(None))).boxed(),
        }
    }

    fn refresh<'a>(&'a self, provider: &'a str) -> KeyFuture<'a> {
        match (self.now(provider), &self.behind) {
            (None, Behind::Given(keys)) => keys.refresh(provider),
            (now, _) => ready(now.unwrap_or(Ok(None))).boxed(),
        }
    }
}

fn usable(text: String, place: &str) -> Result<Option<ApiKey>, KeyError> {
    match ApiKey::new(text) {
        Ok(key) => Ok(Some(key.from_place(place))),
        Err(error) => Err(KeyError::new(format!("in {place}: {error}"))),
    }
}
