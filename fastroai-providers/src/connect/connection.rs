//! What is needed to reach providers, beside a model's name.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use secrecy::SecretString;

use super::keys::{Behind, EnvironmentKeys, Keys, Own};
use super::variables::Variables;
use crate::http::{HttpTransport, KeyProvider, Timeouts, Transport};
use crate::model::{ModelId, Profile};

type Change = Arc<dyn Fn(&mut Profile) + Send + Sync>;

/// Keys, addresses and limits for reaching providers. Clones share what is open.
///
/// ```
/// use fastroai_providers::Connection;
/// let local = Connection::new().base_url("openai", "http://127.0.0.1:8080/v1");
/// assert!(!format!("{:?}", local.key("anthropic", "sk-test-123")).contains("sk-test"));
/// ```
///
/// # Limits
/// What is not in [`Timeouts`] is fixed:
///
/// | limit | | where it is met |
/// | --- | --- | --- |
/// | [`Timeouts::connect`] | 10 s | `Transport { phase: Connect, sent: No }` |
/// | [`Timeouts::first_byte`] | 10 min | `Transport { phase: FirstByte, sent: Maybe }` |
/// | [`Timeouts::idle`] | 5 min | `Transport { phase: Idle, sent: Maybe }` |
/// | [`Timeouts::total`] | 30 min | `Transport { phase: Total, sent: Maybe }` |
/// | an answer | 32 MiB | `Protocol(TooLarge)` |
/// | an event of a stream | 8 MiB | `Protocol(TooLarge)` |
/// | an answer that says no | 256 KiB | the rest is not read |
/// | a connection that is not used | 30 s | it is closed |
/// | the rest of a stream that has said everything | 250 ms | its connection is closed |
#[derive(Clone, Default)]
pub struct Connection {
    keys: Keys,
    base_urls: BTreeMap<String, String>,
    profiles: Vec<(String, Change)>,
    timeouts: Timeouts,
    network: HttpTransport,
    transport: Option<Arc<dyn Transport>>,
    variables: Variables,
}

impl Connection {
    /// Takes everything from the environment of the process.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Uses this key for a provider, whatever the environment says. A service's key is one for all
    /// its faces: `openai` serves `openai-responses`, too, unless that has a key of its own.
    #[must_use]
    pub fn key(mut self, provider: impl Into<String>, key: impl Into<String>) -> Self {
        self.keys.set.insert(provider.into(), Arc::new(SecretString::from(key.into())));
        self
    }

    /// Asks here for keys, before each request, instead of in the environment. What
    /// [`key`](Self::key) sets still goes first.
    #[must_use]
    pub fn key_provider(mut self, keys: impl KeyProvider) -> Self {
        self.keys.behind = Behind::Given(Arc::new(keys));
        self
    }

    /// Asks here before all else, for requests that are one owner's alone: an agent's, say. Where it
    /// has no key for a provider, the others are asked as ever. Where it cannot say beforehand which
    /// key it has, retries are counted under the owner's name.
    #[must_use]
    pub fn own_keys(mut self, owner: impl Into<Arc<str>>, keys: impl KeyProvider) -> Self {
        self.keys.own = Some(Own { owner: owner.into(), keys: Arc::new(keys) });
        self
    }

    /// Uses this base URL for a provider, whatever the environment says: `https`, or `http` on
    /// this machine. A service's is one for those of its faces that have the same variables, unless
    /// they have one of their own.
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
        self.timeouts = timeouts;
        self.network = self.network.with_connect_timeout(timeouts.connect);
        self
    }

    /// Sends through this client; see [`HttpTransport::with_client`] for what is then up to it.
    #[must_use]
    pub fn client(mut self, client: reqwest::Client) -> Self {
        self.network = self.network.with_client(client);
        self
    }

    /// Uses the proxies that `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` name.
    #[must_use]
    pub fn environment_proxy(mut self) -> Self {
        self.network = self.network.with_environment_proxy();
        self
    }

    /// Sends through this instead of the network. A client, a proxy and the limit on connecting
    /// are then up to it; the other limits hold as they do for the network.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Looks variables up here instead of in the environment of the process; for tests, say.
    #[must_use]
    pub fn environment(
        mut self,
        lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        self.variables = Variables::new(lookup);
        if let Behind::Environment(keys) = &mut self.keys.behind {
            *keys = EnvironmentKeys::of(self.variables.clone());
        }
        self
    }

    pub(super) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// Whose keys are asked for before all others.
    pub(super) fn owner(&self) -> Option<&str> {
        self.keys.own.as_ref().map(|own| &*own.owner)
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

    pub(super) fn variables(&self) -> &Variables {
        &self.variables
    }

    pub(super) fn limits(&self) -> Timeouts {
        self.timeouts
    }

    /// What requests go through: the network, unless [`transport`](Self::transport) has set another
    /// way. For a transport that wraps it.
    ///
    /// ```
    /// use fastroai_providers::Connection;
    /// let connection = Connection::new();
    /// let way = connection.way();
    /// let through_the_same = Connection::new().transport(way);
    /// ```
    #[must_use]
    pub fn way(&self) -> Arc<dyn Transport> {
        match &self.transport {
            Some(transport) => Arc::clone(transport),
            None => Arc::new(self.network.clone()),
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // No base URL: it may hold a password until it is parsed, and refused.
        f.debug_struct("Connection")
            .field("keys_for", &self.keys.set.keys())
            .field("base_urls_for", &self.base_urls.keys())
            .field("timeouts", &self.timeouts)
            .field("network", &self.network)
            .finish_non_exhaustive()
    }
}
