//! Where a provider is, so that a key cannot end up elsewhere.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use crate::error::ModelError;

/// Where a provider is: `https`, or `http` on this machine only.
///
/// ```
/// use fastroai_providers::http::BaseUrl;
/// assert!("https://api.openai.com/v1".parse::<BaseUrl>().is_ok());
/// assert!("http://127.0.0.1:8080/v1".parse::<BaseUrl>()?.is_loopback());
/// assert!("http://api.openai.com/v1".parse::<BaseUrl>().is_err());
/// # Ok::<(), fastroai_providers::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

impl BaseUrl {
    /// Whether it is on this machine: `localhost`, `127.0.0.0/8` or `::1`.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// An address below this one. A version that both sides write, as in `…/v1` and `v1/messages`,
    /// is written once. A path may end in a query of plain words, as in `?alt=sse`.
    pub(super) fn join(&self, path: &str) -> Result<Url, ModelError> {
        let word = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
        let (path, query) = match path.rsplit_once('?') {
            Some((path, query)) if query.split('=').count() == 2 && query.split('=').all(word) => {
                (path, Some(query))
            }
            _ => (path, None),
        };
        let segment_ok = |segment: &str| {
            let plain = |c: char| c.is_ascii_alphanumeric() || "-_.:@+".contains(c);
            !matches!(segment, "" | "." | "..") && segment.chars().all(plain)
        };
        if !path.split('/').all(segment_ok) {
            return Err(ModelError::config("the model's name does not fit into an address"));
        }
        let base = self.0.as_str().trim_end_matches('/');
        let path = without_overlap(base, path);
        let mut url = Url::parse(&format!("{base}/{path}"))
            .map_err(|error| ModelError::config(format!("the base URL cannot be used: {error}")))?;
        url.set_query(query);
        Ok(url)
    }
}

/// The path without its beginning up to a version, where the base ends in just that.
fn without_overlap<'a>(base: &str, path: &'a str) -> &'a str {
    let ends = path.match_indices('/').filter_map(|(end, _)| path.split_at_checked(end));
    let said_twice = |beginning: &str| {
        let version = beginning.rsplit('/').next().is_some_and(is_version);
        version && base.strip_suffix(beginning).is_some_and(|before| before.ends_with('/'))
    };
    let rest = ends.into_iter().find(|(beginning, _)| said_twice(beginning));
    rest.map_or(path, |(_, rest)| rest.trim_start_matches('/'))
}

fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl FromStr for BaseUrl {
    type Err = ModelError;

    fn from_str(text: &str) -> Result<Self, ModelError> {
        let refuse = |why: &str| Err(ModelError::config(format!("the base URL {why}")));
        // The text itself is not shown: it may hold a password.
        let Ok(url) = Url::parse(text) else {
            return refuse("is no URL: write `https://` and the host");
        };
        if url.host_str().is_none_or(str::is_empty) {
            return refuse("names no host: write `https://` and the host");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("holds a user name or password: pass the key as the key");
        }
        if url.query().is_some() || url.fragment().is_some() {
            return refuse("holds a `?` or `#`: end it with the path");
        }
        match url.scheme() {
            "https" => Ok(Self(url)),
            "http" if is_loopback(&url) => Ok(Self(url)),
            "http" => refuse(
                "would send the key unencrypted: write `https://` (`http://` is taken on this \
                 machine only)",
            ),
            _ => refuse("is neither `https://` nor `http://` on this machine"),
        }
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_joined_below_the_base_and_never_beside_it() {
        for (base, path, whole) in [
            ("https://a.test", "v1/messages", "https://a.test/v1/messages"),
            ("https://a.test/", "v1/messages", "https://a.test/v1/messages"),
            ("https://a.test/v1", "v1/messages", "https://a.test/v1/messages"),
            ("https://a.test/v1/", "chat/completions", "https://a.test/v1/chat/completions"),
            ("https://a.test/p/v2", "v1/messages", "https://a.test/p/v2/v1/messages"),
            ("https://a.test", "openai/v1/chat", "https://a.test/openai/v1/chat"),
            ("https://a.test/openai/v1/", "openai/v1/chat", "https://a.test/openai/v1/chat"),
            ("https://a.test/xopenai/v1", "openai/v1/c", "https://a.test/xopenai/v1/openai/v1/c"),
            ("https://a.test/v1", "openai/v1/chat", "https://a.test/v1/openai/v1/chat"),
            (
                "https://a.test",
                "v1beta/models/m:do?alt=sse",
                "https://a.test/v1beta/models/m:do?alt=sse",
            ),
        ] {
            assert_eq!(base.parse::<BaseUrl>().unwrap().join(path).unwrap().as_str(), whole);
        }
        let base: BaseUrl = "https://a.test/v1".parse().unwrap();
        for path in [
            "",
            "/x",
            "../x",
            "a/../b",
            "a?b",
            "a?b=",
            "a?b=c&d=e",
            "a?b?c=d",
            "?a=b",
            "a#b",
            "a%2fb",
            "a\\b",
            "a//b",
            "a b",
        ] {
            assert!(base.join(path).is_err(), "{path:?}");
        }
    }
}
