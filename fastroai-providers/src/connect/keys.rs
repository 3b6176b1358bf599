//! Keys as a connection finds them.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::ready;
use secrecy::{ExposeSecret, SecretString};

use super::variables::Variables;
use crate::http::{ApiKey, KeyError, KeyFuture, KeyProvider};
use crate::services::Face;

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
        let Some(face) = Face::named(provider) else { return Ok(None) };
        let Some((variable, text)) = self.0.first(face.key_variables) else {
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
    /// The key, where it can be known without asking anyone. One for the face goes before one for
    /// its service.
    pub(super) fn now(&self, face: &str) -> Option<Result<Option<ApiKey>, KeyError>> {
        for name in [face, Face::service_of(face)] {
            if let Some(set) = self.set.get(name) {
                let place = format!("`.key(\"{name}\", …)`");
                return Some(usable(set.expose_secret().to_owned(), &place));
            }
        }
        match &self.behind {
            Behind::Environment(keys) => Some(keys.now(face)),
            Behind::Given(_) => None,
        }
    }

    /// What is known, or else what the source has: for the face, or else for its service.
    fn ask<'a>(
        &'a self,
        face: &'a str,
        ask: impl Fn(&'a dyn KeyProvider, &'a str) -> KeyFuture<'a> + Send + 'a,
    ) -> KeyFuture<'a> {
        let keys = match (self.now(face), &self.behind) {
            (None, Behind::Given(keys)) => &**keys,
            (now, _) => return ready(now.unwrap_or(Ok(None))).boxed(),
        };
        async move {
            let service = Face::service_of(face);
            match ask(keys, face).await? {
                None if service != face => ask(keys, service).await,
                key => Ok(key),
            }
        }
        .boxed()
    }
}

impl KeyProvider for Keys {
    fn key<'a>(&'a self, provider: &'a str) -> KeyFuture<'a> {
        self.ask(provider, |keys, name| keys.key(name))
    }

    fn refresh<'a>(&'a self, provider: &'a str) -> KeyFuture<'a> {
        self.ask(provider, |keys, name| keys.refresh(name))
    }
}

fn usable(text: String, place: &str) -> Result<Option<ApiKey>, KeyError> {
    match ApiKey::new(text) {
        Ok(key) => Ok(Some(key.from_place(place))),
        Err(error) => Err(KeyError::new(format!("in {place}: {error}"))),
    }
}
