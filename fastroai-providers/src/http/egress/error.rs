//! Why nothing was fetched.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use super::address::forbidden;

/// Why an address may not be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Forbidden {
    /// It is this machine.
    Loopback,
    /// It is in a private network.
    Private,
    /// It is on this link.
    LinkLocal,
    /// It gives a cloud machine its keys. Refused also where private addresses are allowed.
    Metadata,
    /// It is set aside for examples, tests, tunnels or the future, or has no host behind it.
    Reserved,
}

impl Forbidden {
    /// Why this address may not be reached; `None` where it is on the public internet.
    ///
    /// An address of version 4 within one of version 6 is looked at as well.
    ///
    /// ```
    /// use fastroai_providers::http::egress::Forbidden;
    ///
    /// let mapped = "::ffff:169.254.169.254".parse()?;
    /// assert_eq!(Forbidden::of(mapped), Some(Forbidden::Metadata));
    /// # Ok::<(), std::net::AddrParseError>(())
    /// ```
    #[must_use]
    pub fn of(address: IpAddr) -> Option<Self> {
        forbidden(address)
    }
}

impl fmt::Display for Forbidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loopback => "this machine",
            Self::Private => "a private network",
            Self::LinkLocal => "the local link",
            Self::Metadata => "a cloud's metadata service",
            Self::Reserved => "a reserved address",
        })
    }
}

/// Why an [`EgressClient`](super::EgressClient) fetched nothing.
///
/// Its texts hold no address, path or query, so that a model may read them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EgressError {
    /// The URL is none, or has a user name or a password in it.
    #[error("the URL cannot be used: write `https://host/path`, without a user name")]
    Url,
    /// The URL has another scheme than `https`, or `http` where that is allowed.
    #[error("the scheme `{scheme}` is not fetched: write `https://host/path`")]
    Scheme {
        /// The scheme.
        scheme: String,
    },
    /// The host is not on the list of those that may be reached.
    #[error("the host is not on the list of those that may be reached")]
    Host,
    /// The host is somewhere that may not be reached, or resolves to it.
    #[error("the host is not on the public internet: it is {0}")]
    Address(Forbidden),
    /// The host has no address.
    #[error("the host has no address")]
    Dns,
    /// It redirects again and again, or to something that is no URL.
    #[error("the page redirects {count} times and more, or to nowhere")]
    Redirects {
        /// How many redirects were followed.
        count: usize,
    },
    /// A page that was asked for by `https` redirects to `http`.
    #[error("the page redirects from `https` to `http`")]
    Downgrade,
    /// The answer is larger than the limit, in bytes.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// The answer took longer than the limit.
    #[error("the answer took longer than {} ms", limit.as_millis())]
    TimedOut {
        /// The limit.
        limit: Duration,
    },
    /// The answer is no text.
    #[error("the answer is no UTF-8 text")]
    NotText,
    /// A name or a value of a header cannot be sent.
    #[error("a header cannot be sent: names are words, values have no line ends")]
    Header,
    /// The connection failed, or could not be set up.
    #[error("the connection failed")]
    Connection(#[source] Box<dyn std::error::Error + Send + Sync>),
}
