//! What is needed to reach providers, beside a model's name.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use crate::http::{Timeouts, Transport};
use crate::model::{ModelId, Profile};

type Lookup = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;
type Change = Arc<dyn Fn(&mut Profile) + Send + Sync>;

/// Keys, addresses and limits for reaching providers. Clones share what is open.
///
/// ```
/// use fastroai_providers::Connection;
/// let local = Connection::new().base_url("openai", "http://127.0.0.1:8080/v1");
/// assert!(!format!("{:?}", local.key("anthropic", "sk-test-123")).contains("sk-test"));
/// ```
#[derive(Clone)]
pub struct Connection {
    keys: BTreeMap<String, Arc<SecretString>>,
    base_urls: BTreeMap<String, String>,
    profiles: Vec<(String, Change)>,
    transport: Transport,
    lookup: Lookup,
}

impl Connection {
    /// Takes everything from the environment of the process.
    #[must_use]
    pub fn new() -> Self {
        Self {
            keys: BTreeMap::new(),
            base_urls: BTreeMap::new(),
            profiles: Vec::new(),
            transport: Transport::default(),
            lookup: Arc::new(|name| {
                std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
            }),
        }
    }

    /// Uses this key for a provider, whatever the environment says.
    #[must_use]
    pub fn key(mut self, provider: impl Into<String>, key: impl Into<String>) -> Self {
        self.keys.insert(provider.into(), Arc::new(SecretString::from(key.into())));
        self
    }

    /// Uses this base URL for a provider, whatever the environment says: `https`, or `http` on
    /// this machine.
    #[must_use]
    pub fn base_url(mut self, provider: impl Into<String>, url: impl Into<String>) -> Self {
        self.base_urls.insert(provider.into(), url.into());
        self
    }

    /// Changes what models are taken to be able to do, where their names begin so, as in
    /// `openai:my-model` or `openai:`. What is said later goes before what was said earlier.
    ///
    /// ```
    /// use fastroai_providers::{Connection, connect};
    /// let local = Connection::new()
    ///     .base_url("openai", "http://127.0.0.1:8080/v1")
    ///     .profile("openai:tiny", |profile| {
    ///         profile.json_schema = false;
    ///         profile.free = true;
    ///     });
    /// let profile = connect(&"openai:tiny-2b".parse()?, &local)?.profile().clone();
    /// assert!(profile.free && !profile.json_schema && profile.tools);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn profile(
        mut self,
        names: impl Into<String>,
        change: impl Fn(&mut Profile) + Send + Sync + 'static,
    ) -> Self {
        self.profiles.push((names.into(), Arc::new(change)));
        self
    }

    /// Gives up by these limits.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.transport = self.transport.with_timeouts(timeouts);
        self
    }

    /// Sends through this client; see [`Transport::with_client`] for what is then up to it.
    #[must_use]
    pub fn client(mut self, client: reqwest::Client) -> Self {
        self.transport = self.transport.with_client(client);
        self
    }

    /// Uses the proxies that `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` name.
    #[must_use]
    pub fn environment_proxy(mut self) -> Self {
        self.transport = self.transport.with_environment_proxy();
        self
    }

    /// Looks variables up here instead of in the environment of the process; for tests, say.
    #[must_use]
    pub fn environment(
        mut self,
        lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.lookup = Arc::new(lookup);
        self
    }

    pub(super) fn key_of(&self, provider: &str) -> Option<&str> {
        self.keys.get(provider).map(|key| key.expose_secret())
    }

    pub(super) fn base_url_of(&self, provider: &str) -> Option<&str> {
        self.base_urls.get(provider).map(String::as_str)
    }

    /// Makes the changes that are meant for this model.
    pub(super) fn adjust(&self, id: &ModelId, profile: &mut Profile) {
        for (names, change) in &self.profiles {
            if id.as_str().starts_with(names.as_str()) {
                change(profile);
            }
        }
    }

    /// A variable of the environment; one that is empty is one that is not set.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        (self.lookup)(name).filter(|value| !value.is_empty())
    }

    pub(super) fn transport(&self) -> Transport {
        self.transport.clone()
    }
}

impl Default for Connection {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // No base URL: it may hold a password until it is parsed, and refused.
        f.debug_struct("Connection")
            .field("keys_for", &self.keys.keys())
            .field("base_urls_for", &self.base_urls.keys())
            .field("transport", &self.transport)
            .finish_non_exhaustive()
    }
}
