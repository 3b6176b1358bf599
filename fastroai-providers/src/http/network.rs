//! The transport that goes over the network.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use reqwest::{Client, Method};

use super::client::{Clients, Setup};
use super::failure;
use super::transport::{Incoming, Outgoing, Transport};
use crate::error::ModelError;

/// The connections to providers. Cloning it is cheap and shares them.
///
/// It follows no redirect, repeats no request, asks for no compression and takes no proxy from the
/// environment unless told to. No connection is made, and no certificate is loaded, before the
/// first request.
#[derive(Clone, Default)]
pub struct HttpTransport(Arc<Inner>);

#[derive(Default)]
struct Inner {
    setup: Setup,
    clients: Clients,
    given: Option<Client>,
}

impl HttpTransport {
    /// Gives up where no connection stands after this; 10 seconds unless set.
    #[must_use]
    pub fn with_connect_timeout(self, connect: Duration) -> Self {
        Self::with(Setup { connect, ..self.0.setup }, self.0.given.clone())
    }

    /// Uses the proxies that `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY` name.
    #[must_use]
    pub fn with_environment_proxy(self) -> Self {
        Self::with(Setup { environment_proxy: true, ..self.0.setup }, self.0.given.clone())
    }

    /// Sends through this client instead of its own.
    ///
    /// <div class="warning">
    ///
    /// **This is the one way to lose the checks of this transport**: certificates, redirects,
    /// proxies and the connect timeout are then the client's. One that takes any certificate gives
    /// keys and prompts to whoever answers, and nothing here can tell. One that follows redirects,
    /// as reqwest's does unless told otherwise, may carry both to another host: build it with
    /// `redirect(Policy::none())`.
    ///
    /// </div>
    ///
    /// A certificate of one's own is better trusted by name than by leaving checks out:
    ///
    /// ```no_run
    /// use fastroai_providers::http::HttpTransport;
    /// use reqwest::{Certificate, Client, redirect::Policy};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let root = Certificate::from_pem(&std::fs::read("ca.pem")?)?;
    /// let client = Client::builder().redirect(Policy::none()).add_root_certificate(root).build()?;
    /// let transport = HttpTransport::default().with_client(client);
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn with_client(self, client: Client) -> Self {
        Self::with(self.0.setup, Some(client))
    }

    fn with(setup: Setup, given: Option<Client>) -> Self {
        Self(Arc::new(Inner { setup, given, clients: Clients::default() }))
    }
}

impl HttpTransport {
    fn send(
        &self,
        method: Method,
        outgoing: Outgoing,
    ) -> BoxFuture<'_, Result<Incoming, ModelError>> {
        async move {
            #[cfg(feature = "testing")]
            super::deny::check(&outgoing.url)?;
            let Inner { setup, clients, given } = &*self.0;
            let client = match given {
                Some(client) => client,
                None => clients.get(outgoing.url.scheme() == "https", setup)?,
            };
            let place = failure::place(&outgoing.url);
            let Outgoing { url, headers, body } = outgoing;
            let request = client.request(method, url).headers(headers);
            let request = if body.is_empty() { request } else { request.body(body) };
            let sent = request.send().await;
            let mut response = sent.map_err(|error| failure::before_reply(error, &place))?;
            let (status, headers) =
                (response.status().as_u16(), std::mem::take(response.headers_mut()));
            let body = response.bytes_stream().map(|chunk| chunk.map_err(failure::within_reply));
            Ok(Incoming::new(status, headers, body.boxed()))
        }
        .boxed()
    }
}

impl Transport for HttpTransport {
    fn post(&self, outgoing: Outgoing) -> BoxFuture<'_, Result<Incoming, ModelError>> {
        self.send(Method::POST, outgoing)
    }

    fn get(&self, outgoing: Outgoing) -> BoxFuture<'_, Result<Incoming, ModelError>> {
        self.send(Method::GET, outgoing)
    }
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpTransport")
            .field("connect", &self.0.setup.connect)
            .field("environment_proxy", &self.0.setup.environment_proxy)
            .field("own_client", &self.0.given.is_none())
            .finish_non_exhaustive()
    }
}
