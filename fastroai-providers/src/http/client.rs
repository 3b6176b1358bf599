//! The two clients: one that speaks TLS, built when it is first needed, and one for this machine.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::dns::Resolve;
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, retry};
use rustls::ClientConfig;
use rustls::RootCertStore;
use rustls_platform_verifier::BuilderVerifierExt;

use super::timeouts::Timeouts;
use crate::error::ModelError;

/// Connections are kept this long after their last use; servers tend to drop them after a minute.
const POOL_IDLE: Duration = Duration::from_secs(30);
const KEEPALIVE: Duration = Duration::from_secs(30);

/// The clients of one transport.
#[derive(Default)]
pub(super) struct Clients {
    /// Loading the system's certificates takes most of a short program's time: only when asked.
    secure: OnceLock<Result<Client, String>>,
    plain: OnceLock<Result<Client, String>>,
}

/// What differs between transports.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setup {
    pub(super) connect: Duration,
    pub(super) environment_proxy: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self { connect: Timeouts::default().connect, environment_proxy: false }
    }
}

impl Clients {
    pub(super) fn get(&self, https: bool, setup: &Setup) -> Result<&Client, ModelError> {
        let client = if https {
            self.secure.get_or_init(|| secure(setup))
        } else {
            self.plain.get_or_init(|| plain(setup))
        };
        client
            .as_ref()
            .map_err(|why| ModelError::config(format!("no connection can be set up: {why}")))
    }
}

fn secure(setup: &Setup) -> Result<Client, String> {
    let tls = tls()?.with_platform_verifier().map_err(|error| error.to_string())?;
    build(setup, tls.with_no_client_auth(), |builder| builder)
}

/// A client that asks this resolver for the addresses of all names.
pub(super) fn outward(
    connect: Duration,
    resolver: impl Resolve + 'static,
) -> Result<Client, String> {
    let tls = tls()?.with_platform_verifier().map_err(|error| error.to_string())?;
    let setup = Setup { connect, environment_proxy: false };
    let resolver = Arc::new(resolver);
    build(&setup, tls.with_no_client_auth(), |builder| builder.dns_resolver(resolver))
}

/// Trusts no certificate at all, so that there is none to load.
fn plain(setup: &Setup) -> Result<Client, String> {
    let tls = tls()?.with_root_certificates(RootCertStore::empty());
    build(setup, tls.with_no_client_auth(), |builder| builder)
}

/// Names its cryptography itself, so that no default of the whole process is needed or set.
fn tls() -> Result<rustls::ConfigBuilder<ClientConfig, rustls::WantsVerifier>, String> {
    let ring = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())
}

#[cfg_attr(not(feature = "http2"), expect(unused_mut, reason = "HTTP/1.1 needs no word"))]
fn build(
    setup: &Setup,
    mut tls: ClientConfig,
    refine: impl FnOnce(ClientBuilder) -> ClientBuilder,
) -> Result<Client, String> {
    #[cfg(feature = "http2")]
    {
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    }
    let builder = ClientBuilder::new()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("fastroai/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .retry(retry::never())
        .referer(false)
        // Another crate of the program may have asked for what unpacks: limits are of real sizes.
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        .connect_timeout(setup.connect)
        .pool_idle_timeout(POOL_IDLE)
        .tcp_keepalive(KEEPALIVE);
    let builder = if setup.environment_proxy { builder } else { builder.no_proxy() };
    refine(builder).build().map_err(|error| error.without_url().to_string())
}
