//! Headers of a request: the wire's own, and those that the settings add.

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};

use crate::error::ModelError;
use crate::request::Settings;

/// Headers that carry keys, on this wire or another: a key among the settings would be stored and
/// logged with them.
const KEYS: [&str; 6] =
    ["authorization", "proxy-authorization", "x-api-key", "x-goog-api-key", "api-key", "cookie"];

/// Headers that say how the request and its answer are sent, which is not for settings to say.
const FRAMING: [&str; 9] = [
    "accept",
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "expect",
    "host",
    "transfer-encoding",
];

/// A header as it is sent.
pub(super) fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), ModelError> {
    let fault = || ModelError::config("a header of the request holds a line end or the like");
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| fault())?;
    let value = HeaderValue::from_str(value).map_err(|_| fault())?;
    Ok((name, value))
}

/// Adds the headers of the settings, on a wire whose key is in the header `key`.
pub(super) fn add_extra(
    headers: &mut HeaderMap,
    settings: &Settings,
    key: &str,
) -> Result<(), ModelError> {
    for (name, value) in &settings.extra_headers {
        let told = name.escape_debug();
        let Ok(name) = HeaderName::from_bytes(name.as_bytes()) else {
            return Err(ModelError::config(format!(
                "`{told}` in `extra_headers` is no header's name: take letters, digits and `-`"
            )));
        };
        if KEYS.contains(&name.as_str()) || name.as_str().eq_ignore_ascii_case(key) {
            return Err(ModelError::config(format!(
                "the header `{told}` in `extra_headers` carries a key: set the key on the \
                 connection instead"
            )));
        }
        if FRAMING.contains(&name.as_str()) {
            return Err(ModelError::config(format!(
                "the header `{told}` in `extra_headers` says how the request is sent: leave it out"
            )));
        }
        let Ok(mut value) = HeaderValue::from_str(value) else {
            return Err(ModelError::config(format!(
                "the header `{told}` in `extra_headers` holds a line end or another character \
                 that no header can carry"
            )));
        };
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(())
}
