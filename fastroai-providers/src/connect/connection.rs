//! What is needed to reach a provider, beside a model's name.

use std::fmt;
use std::sync::Arc;

use secrecy::{ExposeSecret, SecretString};

use crate::http::{Timeouts, Transport};

type Lookup = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// How to reach a provider: key, address, limits. Clones share their connections.
///
/// ```
/// use fastroai_providers::Connection;
/// let local = Connection::new().base_url("http://127.0.0.1:8080/v1");
/// assert!(!format!("{:?}", local.key("sk-test-123")).contains("sk-test"));
/// ```
#[derive(Clone)]
pub struct Connection {
    key: Option<Arc<SecretString>>,
    base_url: Option<String>,
    transport: Transport,
    lookup: Lookup,
}

impl Connection {
    /// Takes everything from the environment of the process.
    #[must_use]
    pub fn new() -> Self {
        Self {
            key: None,
            base_url: None,
            transport: Transport::default(),
            lookup: Arc::new(|name| {
                std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
            }),
        }
    }

    /// Uses this key, whatever the environment says.
    #[must_use]
    pub fn key(mut self, key: impl Into<SecretString>) -> Self {
        self.key = Some(Arc::new(key.into()));
        self
    }

    /// Uses this base URL, whatever the environment says: `https`, or `http` on this machine.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
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

    pub(super) fn set_key(&self) -> Option<&str> {
        self.key.as_ref().map(|key| key.expose_secret())
    }

    pub(super) fn set_base_url(&self) -> Option<&str> {
        self.base_url.as_deref()
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
            .field("key_set", &self.key.is_some())
            .field("base_url_set", &self.base_url.is_some())
            .field("transport", &self.transport)
            .finish_non_exhaustive()
    }
}
