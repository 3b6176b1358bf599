//! The client that goes out, and no further than it may.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::header::{AUTHORIZATION, COOKIE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use reqwest::{Client, Method, Response};
use tokio::time::timeout;
use url::{Host, Url};

use super::error::EgressError;
use super::resolver::{Checked, Resolve, System, allowed};
use super::response::EgressResponse;
use crate::http::client;
use crate::http::failure::cause;

/// Fetches what a model names, from the public internet alone, within limits.
///
/// Addresses are looked at after names were resolved, the connection goes to just the address that
/// was looked at, and each redirect is treated like a request of its own. Private, link-local and
/// reserved addresses, also inside addresses of version 6, are refused, and so are file URLs.
/// A cloud's metadata service is refused always. No proxy is taken from the environment, no cookie
/// kept, and no compression asked for, so that the limit is that of the real size.
///
/// Cheap to clone; keep one, as a field of the agent for instance.
///
/// ```
/// # use fastroai_providers as fastroai;
/// use fastroai::http::egress::{EgressClient, EgressError};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let client = EgressClient::new();
/// let refused = client.get("http://169.254.169.254/latest/meta-data/").send().await;
/// assert!(matches!(refused, Err(EgressError::Address(_))));
/// # }
/// ```
#[derive(Clone)]
pub struct EgressClient(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    rules: Rules,
    client: OnceLock<Client>,
}

#[derive(Clone)]
struct Rules {
    hosts: Option<Arc<[String]>>,
    private: bool,
    plain: bool,
    max_bytes: usize,
    timeout: Duration,
    redirects: usize,
    resolver: Arc<dyn Resolve>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            hosts: None,
            private: false,
            plain: true,
            max_bytes: 5 << 20,
            timeout: Duration::from_secs(30),
            redirects: 5,
            resolver: Arc::new(System),
        }
    }
}

impl EgressClient {
    /// Goes to all of the public internet: 5 MiB, 30 seconds and 5 redirects at most.
    #[must_use]
    pub fn new() -> Self {
        Self::with(Rules::default())
    }

    fn with(rules: Rules) -> Self {
        Self(Arc::new(Inner { rules, client: OnceLock::new() }))
    }

    fn change(self, change: impl FnOnce(&mut Rules)) -> Self {
        let mut rules = self.0.rules.clone();
        change(&mut rules);
        Self::with(rules)
    }

    /// Goes to these hosts only, by name: `example.com`, or `*.example.com` for those below it.
    #[must_use]
    pub fn hosts<H: Into<String>>(self, hosts: impl IntoIterator<Item = H>) -> Self {
        let hosts = hosts.into_iter().map(|host| host.into().to_ascii_lowercase()).collect();
        self.change(|rules| rules.hosts = Some(hosts))
    }

    /// Goes by `https` only.
    #[must_use]
    pub fn https_only(self) -> Self {
        self.change(|rules| rules.plain = false)
    }

    /// Goes to private addresses, the local link and this machine as well, but never to a cloud's
    /// metadata service.
    ///
    /// For tools that work in a network of yours. Better name the [`hosts`](Self::hosts), too.
    #[must_use]
    pub fn allow_private_addresses(self) -> Self {
        self.change(|rules| rules.private = true)
    }

    /// Takes no more than this many bytes of an answer.
    #[must_use]
    pub fn max_bytes(self, bytes: usize) -> Self {
        self.change(|rules| rules.max_bytes = bytes)
    }

    /// Waits no longer than this, redirects and the whole answer included.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.change(|rules| rules.timeout = timeout)
    }

    /// Follows no more than this many redirects.
    #[must_use]
    pub fn max_redirects(self, redirects: usize) -> Self {
        self.change(|rules| rules.redirects = redirects)
    }

    /// Asks this resolver for addresses; what it gives is looked at like any other.
    #[must_use]
    pub fn resolver(self, resolver: impl Resolve) -> Self {
        self.change(|rules| rules.resolver = Arc::new(resolver))
    }

    /// A page to be fetched.
    pub fn get(&self, url: impl Into<String>) -> EgressRequest {
        self.request(Method::GET, url.into(), Vec::new())
    }

    /// A body to be sent.
    pub fn post(&self, url: impl Into<String>, body: impl Into<Vec<u8>>) -> EgressRequest {
        self.request(Method::POST, url.into(), body.into())
    }

    fn request(&self, method: Method, url: String, body: Vec<u8>) -> EgressRequest {
        EgressRequest { client: self.clone(), method, url, headers: Ok(HeaderMap::new()), body }
    }

    fn client(&self) -> Result<&Client, EgressError> {
        if let Some(client) = self.0.client.get() {
            return Ok(client);
        }
        let Rules { resolver, private, timeout, .. } = &self.0.rules;
        let checked = Checked { resolver: Arc::clone(resolver), private: *private };
        let client = client::outward(*timeout, checked)
            .map_err(|why| EgressError::Connection(why.into()))?;
        Ok(self.0.client.get_or_init(|| client))
    }
}

impl Default for EgressClient {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for EgressClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules = &self.0.rules;
        f.debug_struct("EgressClient")
            .field("hosts", &rules.hosts)
            .field("private", &rules.private)
            .field("max_bytes", &rules.max_bytes)
            .field("timeout", &rules.timeout)
            .finish_non_exhaustive()
    }
}

impl Rules {
    /// Whether this URL may be asked for, as far as it can be told before its name is resolved.
    fn allow(&self, url: &Url) -> Result<(), EgressError> {
        match url.scheme() {
            "https" => {}
            "http" if self.plain => {}
            scheme => {
                return Err(EgressError::Scheme { scheme: scheme.chars().take(20).collect() });
            }
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(EgressError::Url);
        }
        let host = url.host().ok_or(EgressError::Url)?;
        match host {
            // The HTTP stack resolves names only.
            Host::Ipv4(address) => allowed(IpAddr::V4(address), self.private)?,
            Host::Ipv6(address) => allowed(IpAddr::V6(address), self.private)?,
            Host::Domain(_) => {}
        }
        let is_listed = |hosts: &Arc<[String]>| {
            let host = host.to_string();
            let host = host.trim_end_matches('.');
            hosts.iter().any(|one| match one.strip_prefix("*.") {
                Some(domain) => host.strip_suffix(domain).is_some_and(|below| below.ends_with('.')),
                None => host == one,
            })
        };
        if self.hosts.as_ref().is_none_or(is_listed) { Ok(()) } else { Err(EgressError::Host) }
    }
}

/// A request that has not been sent; made by [`EgressClient::get`] and [`EgressClient::post`].
#[must_use = "a request does nothing until it is sent"]
pub struct EgressRequest {
    client: EgressClient,
    method: Method,
    url: String,
    headers: Result<HeaderMap, EgressError>,
    body: Vec<u8>,
}

impl EgressRequest {
    /// Adds a header. Those that carry credentials stay behind when another host is redirected to.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers = self.headers.and_then(|mut headers| {
            let name: HeaderName = name.parse().map_err(|_| EgressError::Header)?;
            let mut value: HeaderValue = value.parse().map_err(|_| EgressError::Header)?;
            value.set_sensitive(is_credential(&name));
            headers.insert(name, value);
            Ok(headers)
        });
        self
    }

    /// Sends it.
    ///
    /// # Errors
    /// [`EgressError`], where it goes somewhere that may not be reached, or an answer does not come
    /// within the limits. An answer with any status is an answer.
    pub async fn send(self) -> Result<EgressResponse, EgressError> {
        let limit = self.client.0.rules.timeout;
        timeout(limit, self.follow()).await.map_err(|_| EgressError::TimedOut { limit })?
    }

    async fn follow(self) -> Result<EgressResponse, EgressError> {
        let Self { client, mut method, url, headers, mut body } = self;
        let mut headers = headers?;
        let rules = &client.0.rules;
        let mut url = Url::parse(&url).map_err(|_| EgressError::Url)?;
        for _ in 0..=rules.redirects {
            rules.allow(&url)?;
            let request = client.client()?.request(method.clone(), url.clone());
            let request = request.headers(headers.clone()).body(body.clone());
            let response = request.send().await.map_err(failed)?;
            let Some(next) = redirect(&response, &url)? else {
                return read(response, url, rules.max_bytes).await;
            };
            if url.scheme() == "https" && next.scheme() == "http" {
                return Err(EgressError::Downgrade);
            }
            if next.origin() != url.origin() {
                let credentials: Vec<HeaderName> =
                    headers.keys().filter(|name| is_credential(name)).cloned().collect();
                for name in credentials {
                    headers.remove(name);
                }
            }
            // <https://www.rfc-editor.org/rfc/rfc9110#section-15.4>: only 307 and 308 keep both.
            if !matches!(response.status().as_u16(), 307 | 308) {
                (method, body) = (Method::GET, Vec::new());
            }
            url = next;
        }
        Err(EgressError::Redirects { count: rules.redirects })
    }
}

impl fmt::Debug for EgressRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EgressRequest").field("method", &self.method).finish_non_exhaustive()
    }
}

/// Headers that let their bearer in. What a program calls a key, a token or a secret is one, too.
fn is_credential(name: &HeaderName) -> bool {
    let name = name.as_str();
    name == AUTHORIZATION
        || name == COOKIE
        || ["auth", "key", "token", "secret"].iter().any(|word| name.contains(word))
}

/// Where an answer redirects to.
fn redirect(response: &Response, url: &Url) -> Result<Option<Url>, EgressError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let Some(location) = response.headers().get(LOCATION) else { return Ok(None) };
    let location = location.to_str().map_err(|_| EgressError::Redirects { count: 0 })?;
    url.join(location).map(Some).map_err(|_| EgressError::Redirects { count: 0 })
}

async fn read(
    mut response: Response,
    url: Url,
    limit: usize,
) -> Result<EgressResponse, EgressError> {
    let status = response.status().as_u16();
    let headers = std::mem::take(response.headers_mut());
    let mut stream = response.bytes_stream();
    let mut body = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(failed)?;
        if chunk.len() > limit - body.len() {
            return Err(EgressError::TooLarge { limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(EgressResponse { status, url, headers, body })
}

fn failed(error: reqwest::Error) -> EgressError {
    let error = error.without_url();
    match cause::<EgressError>(&error) {
        Some(EgressError::Address(why)) => EgressError::Address(*why),
        Some(_) => EgressError::Dns,
        None => EgressError::Connection(error.into()),
    }
}
