//! Names to addresses, and the check that stands between.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use reqwest::dns::{Addrs, Name, Resolving};

use super::address::forbidden;
use super::error::{EgressError, Forbidden};

/// What [`Resolve::resolve`] returns.
pub type ResolveFuture = BoxFuture<'static, std::io::Result<Vec<IpAddr>>>;

/// Finds the addresses of a host. The system's own is used unless another is given.
pub trait Resolve: Send + Sync + 'static {
    /// The addresses of this host.
    ///
    /// # Errors
    /// Where it has none, or they cannot be asked for.
    fn resolve(&self, host: &str) -> ResolveFuture;
}

/// Asks the operating system.
pub(super) struct System;

impl Resolve for System {
    fn resolve(&self, host: &str) -> ResolveFuture {
        let host = host.to_owned();
        async move {
            let addresses = tokio::net::lookup_host((host, 0)).await?;
            Ok(addresses.map(|address| address.ip()).collect())
        }
        .boxed()
    }
}

/// Gives the HTTP stack allowed addresses only. It connects to just these, so that a name which
/// resolves to another address a moment later gains nothing.
pub(super) struct Checked {
    pub(super) resolver: Arc<dyn Resolve>,
    pub(super) private: bool,
}

impl reqwest::dns::Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let asked = self.resolver.resolve(name.as_str());
        let private = self.private;
        Box::pin(async move {
            let addresses = asked.await.map_err(|_| EgressError::Dns)?;
            if addresses.is_empty() {
                return Err(EgressError::Dns.into());
            }
            for address in &addresses {
                allowed(*address, private)?;
            }
            let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}

/// Whether an address may be reached.
pub(super) fn allowed(address: IpAddr, private: bool) -> Result<(), EgressError> {
    match forbidden(address) {
        None => Ok(()),
        Some(Forbidden::Loopback | Forbidden::Private | Forbidden::LinkLocal) if private => Ok(()),
        Some(why) => Err(EgressError::Address(why)),
    }
}
