//! One attempt: a request out, the head of an answer back.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, LOCATION};
use reqwest::{Client, Response};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::body::{Body, Bounds};
use super::client::{Clients, Setup};
use super::failure;
use super::retry_after::retry_after;
use super::sse::limit;
use super::timeouts::Timeouts;
use crate::error::{ModelError, ModelErrorKind, Phase, ProtocolFault, Sent};

/// The most bytes of an answer that are taken.
const BODY_BYTES: usize = 32 << 20;
/// The most bytes of an answer that says no.
const ERROR_BYTES: usize = 256 << 10;

/// The connections to providers. Cloning it is cheap and shares them.
///
/// It follows no redirect, repeats no request, asks for no compression, takes no proxy from the
/// environment unless told to, and gives up by its [`Timeouts`]. No connection is made, and no
/// certificate is loaded, before the first request.
#[derive(Clone, Default)]
pub struct Transport(Arc<Inner>);

#[derive(Default)]
struct Inner {
    setup: Setup,
    clients: Clients,
    given: Option<Client>,
}

impl Transport {
    /// Gives up by these limits.
    #[must_use]
    pub fn with_timeouts(self, timeouts: Timeouts) -> Self {
        Self::with(Setup { timeouts, ..self.0.setup }, self.0.given.clone())
    }

    /// Uses the proxies that `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` name.
    #[must_use]
    pub fn with_environment_proxy(self) -> Self {
        Self::with(Setup { environment_proxy: true, ..self.0.setup }, self.0.given.clone())
    }

    /// Sends through this client instead of its own.
    ///
    /// Its redirects, proxies, certificates and connect timeout are then the client's. A client
    /// that follows redirects may carry a key and a prompt to another host: build it with
    /// `redirect(Policy::none())`.
    #[must_use]
    pub fn with_client(self, client: Client) -> Self {
        Self::with(self.0.setup, Some(client))
    }

    fn with(setup: Setup, given: Option<Client>) -> Self {
        Self(Arc::new(Inner { setup, given, clients: Clients::default() }))
    }

    /// Makes exactly one attempt.
    pub(super) async fn post(
        &self,
        url: Url,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Reply, ModelError> {
        let Inner { setup, clients, given } = &*self.0;
        let client = match given {
            Some(client) => client,
            None => clients.get(url.scheme() == "https", setup)?,
        };
        let now = Instant::now();
        let until = now.checked_add(setup.timeouts.total);
        let first_byte = now.checked_add(setup.timeouts.first_byte);
        let host = place(&url);
        let sending = client.post(url.clone()).headers(headers).body(body).send();
        let sent = match first_byte.into_iter().chain(until).min() {
            None => sending.await,
            Some(first) => match timeout_at(first, sending).await {
                Ok(sent) => sent,
                Err(_) if until == Some(first) => return Err(limit::too_late()),
                Err(_) => return Err(no_first_byte(&host)),
            },
        };
        let response = sent.map_err(|error| failure::before_reply(error, &host))?;
        Ok(Reply { response, url, until, timeouts: setup.timeouts })
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("timeouts", &self.0.setup.timeouts)
            .field("environment_proxy", &self.0.setup.environment_proxy)
            .field("own_client", &self.0.given.is_none())
            .finish_non_exhaustive()
    }
}

/// The host, and the port where it is not the usual one.
fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn no_first_byte(host: &str) -> ModelError {
    let kind = ModelErrorKind::Transport { phase: Phase::FirstByte, sent: Sent::Maybe };
    ModelError::new(kind, format!("`{host}` did not begin to answer in time"))
}

/// An answer whose head is in and whose body is on its way.
pub(super) struct Reply {
    response: Response,
    url: Url,
    pub(super) until: Option<Instant>,
    pub(super) timeouts: Timeouts,
}

impl Reply {
    pub(super) fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    pub(super) fn content_type(&self) -> String {
        self.header(CONTENT_TYPE.as_str()).unwrap_or("no content type").to_owned()
    }

    /// The provider's id of the request, under either of its two names.
    pub(super) fn request_id(&self) -> Option<String> {
        let id = self.header("x-request-id").or_else(|| self.header("request-id"))?;
        let plain = id.len() <= 128 && id.bytes().all(|byte| byte.is_ascii_graphic());
        plain.then(|| id.to_owned())
    }

    /// How long the provider asks to wait.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        retry_after(self.response.headers())
    }

    /// An answer that points elsewhere, or that no one here can read.
    pub(super) fn refused(&self) -> Option<ModelError> {
        if self.response.status().is_redirection() {
            let to = self.header(LOCATION.as_str()).and_then(|to| self.url.join(to).ok());
            let to = to.as_ref().and_then(Url::host_str).unwrap_or("nowhere");
            let message = format!(
                "the answer points to `{to}`, and redirects are not followed: \
                 set the base URL to where the provider is"
            );
            return Some(ModelError::protocol(ProtocolFault::Redirect, message));
        }
        let encoding = self.header(CONTENT_ENCODING.as_str()).unwrap_or("identity");
        (!encoding.eq_ignore_ascii_case("identity")).then(|| {
            let message = "the answer is compressed, though no compression was asked for";
            ModelError::protocol(ProtocolFault::NotJson, message)
        })
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name)?.to_str().ok()
    }

    pub(super) fn bounds(&self) -> Bounds {
        let bytes = if self.response.status().is_success() { BODY_BYTES } else { ERROR_BYTES };
        Bounds { bytes, idle: self.timeouts.idle, until: self.until }
    }

    pub(super) fn body(self) -> Body {
        self.response.bytes_stream().map(|chunk| chunk.map_err(failure::within_reply)).boxed()
    }
}
