//! What is kept out of a cassette.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

use fastroai_providers::http::Outgoing;
use regex_lite::{Captures, Regex};
use serde_json::Value;

use super::exchange::{Exchange, Received, Sent};

/// What stands where a secret stood.
const MARK: &str = "[scrubbed]";
/// The same in a URL, where brackets would be escaped.
const MARK_IN_URL: &str = "scrubbed";
/// The shortest text that is taken for a secret: shorter ones stand in words by chance.
const SHORTEST: usize = 6;

/// Parts of the names of headers and parameters that hold secrets, or say whose they are.
const NAMES: [&str; 10] = [
    "api_key",
    "apikey",
    "authorization",
    "cookie",
    "credential",
    "password",
    "secret",
    "signature",
    "subscription_key",
    "token",
];
/// Such names that are too short to be looked for in others.
const SHORT_NAMES: [&str; 3] = ["key", "sig", "x_goog_api_key"];

/// The fields of bodies that hold secrets. Few, since a tool whose arguments are replaced does
/// something else when they are played.
const FIELDS: [&str; 8] = [
    "access_token",
    "api_key",
    "apikey",
    "authorization",
    "client_secret",
    "organization_id",
    "password",
    "refresh_token",
];

/// Texts that are secrets by their look, or the ids of organisations and projects.
struct Look {
    pattern: Regex,
    mark: &'static str,
    /// It may be a word as well, unless there is a digit in it.
    needs_digit: bool,
}

static LOOKS: LazyLock<Vec<Look>> = LazyLock::new(|| {
    let patterns = [
        (
            r"\b(?:sk|pk|rk|gsk|xai|pplx|csk|nvapi|hf|r8|tgp|fw|sess)[-_][A-Za-z0-9_-]{16,}",
            MARK,
            true,
        ),
        (r"\bAIza[A-Za-z0-9_-]{20,}", MARK, false),
        (r"\bAKIA[A-Z0-9]{12,}", MARK, false),
        (r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*", MARK, false),
        (r"(?i)\bbearer +[A-Za-z0-9._~+/-]{16,}=*", "Bearer [scrubbed]", true),
        (r"\borg[-_][A-Za-z0-9]{16,}", "org-[scrubbed]", false),
        (r"\bproj[-_][A-Za-z0-9]{16,}", "proj-[scrubbed]", false),
    ];
    // The patterns are literals, and a test reads all of them.
    let read = |(pattern, mark, needs_digit): (&str, &'static str, bool)| {
        Some(Look { pattern: Regex::new(pattern).ok()?, mark, needs_digit })
    };
    patterns.into_iter().filter_map(read).collect()
});

/// The part of a URL's path that says whose it is.
static OWNERS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"/(accounts|organizations|orgs|projects|tenants|subscriptions)/[^/?#]+").ok()
});

/// Knows the secrets that were sent, and replaces them and whatever looks like one.
#[derive(Debug, Default)]
pub(super) struct Scrubber {
    /// The longest first, since one may hold another.
    secrets: Vec<String>,
}

impl Scrubber {
    pub(super) fn keep_out(&mut self, secret: String) {
        if secret.len() >= SHORTEST && !self.secrets.contains(&secret) {
            self.secrets.push(secret);
            self.secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        }
    }

    /// Learns the keys of a request.
    pub(super) fn learn(&mut self, outgoing: &Outgoing) {
        let mut found = BTreeSet::new();
        for (name, value) in &outgoing.headers {
            if is_secret_name(name.as_str())
                && let Ok(value) = value.to_str()
            {
                found.insert(value.to_owned());
                // A scheme stands before the key, as in `Bearer sk-…`.
                found.extend(value.split_once(' ').map(|(_, key)| key.trim().to_owned()));
            }
        }
        for (name, value) in outgoing.url.query_pairs() {
            if is_secret_name(&name) {
                found.insert(value.into_owned());
            }
        }
        for secret in found {
            self.keep_out(secret);
        }
    }

    pub(super) fn exchange(&self, exchange: &Exchange) -> Exchange {
        Exchange {
            request: self.sent(&exchange.request),
            response: self.received(&exchange.response),
        }
    }

    pub(super) fn sent(&self, sent: &Sent) -> Sent {
        Sent {
            method: sent.method.clone(),
            url: self.url(&sent.url),
            headers: sent.headers.iter().map(|(k, v)| (k.clone(), self.text(v))).collect(),
            body: self.value(&sent.body),
        }
    }

    fn received(&self, received: &Received) -> Received {
        let mut chunks: Vec<String> =
            received.chunks.iter().map(|chunk| self.text(chunk)).collect();
        // A secret may have come in two chunks.
        let whole = self.text(&received.chunks.concat());
        if chunks.concat() != whole {
            chunks = vec![whole];
        }
        Received {
            status: received.status,
            headers: received.headers.iter().map(|(k, v)| (k.clone(), self.text(v))).collect(),
            json: received.json.as_ref().map(|json| self.value(json)),
            chunks,
            cut_off: received.cut_off,
        }
    }

    /// Whether none of the secrets stands in this text, in whatever way it is written.
    pub(super) fn is_clean(&self, text: &str) -> bool {
        self.secrets.iter().all(|secret| !written(secret).any(|form| text.contains(&form)))
    }

    fn url(&self, url: &str) -> String {
        let (rest, query) = match url.split_once('?') {
            Some((rest, query)) => (rest, Some(query)),
            None => (url, None),
        };
        let mut clean = match &*OWNERS {
            Some(owners) => owners.replace_all(rest, "/$1/scrubbed").into_owned(),
            None => rest.to_owned(),
        };
        if let Some(query) = query {
            let pairs = query.split('&').map(|pair| match pair.split_once('=') {
                Some((name, _)) if is_secret_name(name) => format!("{name}={MARK_IN_URL}"),
                _ => pair.to_owned(),
            });
            clean = format!("{clean}?{}", pairs.collect::<Vec<_>>().join("&"));
        }
        self.text(&clean)
    }

    fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text).into(),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            Value::Object(fields) => {
                let clean = fields.iter().map(|(name, field)| {
                    let hides = field.is_string() && FIELDS.contains(&&*plain(name));
                    let field = if hides { MARK.into() } else { self.value(field) };
                    (self.text(name), field)
                });
                Value::Object(clean.collect())
            }
            other => other.clone(),
        }
    }

    fn text(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        for secret in &self.secrets {
            for form in written(secret) {
                if clean.contains(&form) {
                    clean = clean.replace(&form, MARK);
                }
            }
        }
        for Look { pattern, mark, needs_digit } in &*LOOKS {
            let replace = |found: &Captures<'_>| {
                let found = found.get(0).map_or("", |found| found.as_str());
                let is_word = *needs_digit && !found.contains(|c: char| c.is_ascii_digit());
                if is_word { found.to_owned() } else { (*mark).to_owned() }
            };
            if pattern.is_match(&clean) {
                clean = pattern.replace_all(&clean, replace).into_owned();
            }
        }
        clean
    }
}

/// The ways in which a secret may be written: as it is, in a string of JSON, in a URL.
fn written(secret: &str) -> impl Iterator<Item = String> {
    let json = Value::from(secret).to_string();
    let in_json = json.trim_matches('"').to_owned();
    let mut in_url = String::new();
    for byte in secret.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            in_url.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(in_url, "%{byte:02X}");
        }
    }
    [secret.to_owned(), in_json, in_url].into_iter()
}

fn is_secret_name(name: &str) -> bool {
    let name = plain(name);
    SHORT_NAMES.contains(&name.as_str()) || NAMES.iter().any(|part| name.contains(part))
}

fn plain(name: &str) -> String {
    name.to_ascii_lowercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_pattern_is_read() {
        assert_eq!(LOOKS.len(), 7);
        assert!(OWNERS.is_some());
    }

    #[test]
    fn what_looks_like_a_secret_is_replaced_and_other_text_stays() {
        let scrubber = Scrubber::default();
        for (text, clean) in [
            ("the key sk-proj-abcdefghijklmnop0123 is wrong", "the key [scrubbed] is wrong"),
            (
                "limit in organization org-AbCdEfGhIjKl123456",
                "limit in organization org-[scrubbed]",
            ),
            ("Authorization: Bearer abcdefgh.ijkl.0123", "Authorization: Bearer [scrubbed]"),
            ("AIzaSyA-1234567890_abcdefghij", "[scrubbed]"),
            ("an organised task-force of org-men", "an organised task-force of org-men"),
            ("pk_orders_by_customer_and_day", "pk_orders_by_customer_and_day"),
            ("chatcmpl-abcdefghijklmnopqrstu", "chatcmpl-abcdefghijklmnopqrstu"),
        ] {
            assert_eq!(scrubber.text(text), clean);
            assert_eq!(scrubber.text(clean), clean, "twice is as once");
        }
    }

    #[test]
    fn a_known_secret_is_found_however_it_is_written() {
        let mut scrubber = Scrubber::default();
        scrubber.keep_out("se\"cr/et+1".to_owned());
        scrubber.keep_out("short".to_owned());
        for text in ["a se\"cr/et+1 b", r#"a se\"cr/et+1 b"#, "a se%22cr%2Fet%2B1 b"] {
            assert!(!scrubber.is_clean(text), "{text}");
            assert_eq!(scrubber.text(text), "a [scrubbed] b");
        }
        assert!(scrubber.is_clean("a short word"));
    }

    #[test]
    fn keys_and_owners_in_urls_are_replaced() {
        let clean = Scrubber::default().url("https://a.test/v1/projects/p-1/m:do?alt=sse&key=abc");
        assert_eq!(clean, "https://a.test/v1/projects/scrubbed/m:do?alt=sse&key=scrubbed");
    }

    #[test]
    fn fields_with_the_names_of_secrets_are_replaced_where_they_are_texts() {
        let value =
            json!({"api-key": "abc", "key": "of C", "token": "a", "password": {"type": "string"}});
        let clean = Scrubber::default().value(&value);
        let expected =
            json!({"api-key": MARK, "key": "of C", "token": "a", "password": {"type": "string"}});
        assert_eq!(clean, expected);
    }

    #[test]
    fn a_secret_in_two_chunks_is_found() {
        let mut scrubber = Scrubber::default();
        scrubber.keep_out("canary-0123".to_owned());
        let chunks = ["a", "b cana", "ry-0123 c"].map(str::to_owned).to_vec();
        let received =
            Received { status: 200, headers: <_>::default(), json: None, chunks, cut_off: false };
        assert_eq!(scrubber.received(&received).chunks, ["ab [scrubbed] c"]);
    }
}
