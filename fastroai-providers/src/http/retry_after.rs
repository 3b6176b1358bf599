//! How long a provider asks to wait.

use std::time::{Duration, SystemTime};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

/// The wait that an answer asks for; `None` where it asks for none, or for none that makes sense.
///
/// `retry-after-ms` is finer and goes first. A date is read against the answer's own `Date`, so
/// that the two clocks need not agree; see
/// [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#field.retry-after).
pub(super) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |value: &reqwest::header::HeaderValue| {
        value.to_str().ok().map(str::trim).map(str::to_owned)
    };
    let millis = headers.get("retry-after-ms").and_then(text);
    if let Some(wait) = millis.and_then(|text| seconds(&text, 1e-3)) {
        return Some(wait);
    }
    let value = headers.get(RETRY_AFTER).and_then(text)?;
    if let Some(wait) = seconds(&value, 1.0) {
        return Some(wait);
    }
    let now = headers.get(DATE).and_then(text).and_then(|text| date(&text));
    until(date(&value)?, now.unwrap_or_else(SystemTime::now))
}

/// A plain decimal number of these units.
fn seconds(text: &str, unit: f64) -> Option<Duration> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let count: f64 = text.parse().ok().filter(|_| plain)?;
    Duration::try_from_secs_f64(count * unit).ok()
}

fn date(text: &str) -> Option<SystemTime> {
    httpdate::parse_http_date(text).ok()
}

/// A date that has passed asks for nothing.
fn until(date: SystemTime, now: SystemTime) -> Option<Duration> {
    date.duration_since(now).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::header::HeaderValue;

    use super::*;

    proptest! {
        #[test]
        fn any_header_is_a_wait_or_none_and_never_a_crash(
            name in prop_oneof!["retry-after", "retry-after-ms"],
            value in prop_oneof!["[ -~]{0,40}", "[0-9.eE+-]{0,12}", "[A-Z][a-z]{2}, [0-9 ]{2} [A-Z][a-z]{2} [0-9]{1,6} [0-9:]{8} [A-Z]{3}"],
            date in "[ -~]{0,40}",
        ) {
            let mut headers = HeaderMap::new();
            let name = reqwest::header::HeaderName::from_bytes(name.as_bytes()).unwrap();
            headers.insert(name, HeaderValue::from_str(&value).unwrap());
            headers.insert(DATE, HeaderValue::from_str(&date).unwrap());
            let wait = retry_after(&headers);
            prop_assert!(wait.is_none() || value.bytes().any(|byte| byte.is_ascii_digit()));
        }
    }
}
