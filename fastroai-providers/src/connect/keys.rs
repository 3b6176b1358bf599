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

    /// Those that this looks up, in place of the process's; for tests, say.
    #[must_use]
    pub fn looked_up_by(lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self(Variables::new(lookup))
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

    fn known(&self, provider: &str) -> Option<Result<Option<ApiKey>, KeyError>> {
        Some(self.now(provider))
    }
}

/// What someone has of their own, what the code sets, and behind it the environment or what was put
/// in its place.
#[derive(Clone, Default)]
pub(super) struct Keys {
    pub(super) own: Option<Own>,
    pub(super) set: BTreeMap<String, Arc<SecretString>>,
    pub(super) behind: Behind,
}

/// Keys for the requests of one alone.
#[derive(Clone)]
pub(super) struct Own {
    pub(super) owner: Arc<str>,
    pub(super) keys: Arc<dyn KeyProvider>,
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
        if let Some(own) = &self.own {
            match known(&*own.keys, face) {
                Some(Ok(None)) => {}
                known => return known,
            }
        }
        self.shared(face)
    }

    /// The same, where nobody has keys of their own.
    fn shared(&self, face: &str) -> Option<Result<Option<ApiKey>, KeyError>> {
        self.set_key(face).or_else(|| match &self.behind {
            Behind::Environment(keys) => Some(keys.now(face)),
            Behind::Given(keys) => known(&**keys, face),
        })
    }

    /// What the code sets.
    fn set_key(&self, face: &str) -> Option<Result<Option<ApiKey>, KeyError>> {
        [face, Face::service_of(face)].into_iter().find_map(|name| {
            let set = self.set.get(name)?;
            let place = format!("`.key(\"{name}\", …)`");
            Some(usable(set.expose_secret().to_owned(), &place))
        })
    }

    /// What someone's own source has; or else what is known, or what the shared source has: for the
    /// face, or else for its service.
    fn ask<'a>(
        &'a self,
        face: &'a str,
        ask: impl Fn(&'a dyn KeyProvider, &'a str) -> KeyFuture<'a> + Send + Sync + 'a,
    ) -> KeyFuture<'a> {
        async move {
            if let Some(own) = &self.own
                && let Some(key) = either(&*own.keys, face, &ask).await?
            {
                return Ok(Some(key));
            }
            match (self.set_key(face), &self.behind) {
                (Some(key), _) => key,
                (None, Behind::Environment(keys)) => keys.now(face),
                (None, Behind::Given(keys)) => either(&**keys, face, &ask).await,
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

    fn known(&self, provider: &str) -> Option<Result<Option<ApiKey>, KeyError>> {
        self.now(provider)
    }
}

/// What a source knows for a face, or else for its service.
fn known(keys: &dyn KeyProvider, face: &str) -> Option<Result<Option<ApiKey>, KeyError>> {
    let service = Face::service_of(face);
    match keys.known(face)? {
        Ok(None) if service != face => keys.known(service),
        key => Some(key),
    }
}

/// What a source has for a face, or else for its service.
async fn either<'a>(
    keys: &'a dyn KeyProvider,
    face: &'a str,
    ask: &(impl Fn(&'a dyn KeyProvider, &'a str) -> KeyFuture<'a> + Sync),
) -> Result<Option<ApiKey>, KeyError> {
    let first = ask(keys, face);
    match first.await? {
        None if Face::service_of(face) != face => {
            let second = ask(keys, Face::service_of(face));
            second.await
        }
        key => Ok(key),
    }
}

fn usable(text: String, place: &str) -> Result<Option<ApiKey>, KeyError> {
    match ApiKey::new(text) {
        Ok(key) => Ok(Some(key.from_place(place))),
        Err(error) => Err(KeyError::new(format!("in {place}: {error}"))),
    }
}
