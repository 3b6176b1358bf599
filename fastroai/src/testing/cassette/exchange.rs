//! One request and its answer, as they stand in the file.

use std::collections::BTreeMap;

use bytes::Bytes;
use fastroai_providers::http::Outgoing;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The headers of a request that are kept; they are there to be read, and not compared.
const OF_REQUESTS: [&str; 5] =
    ["accept", "anthropic-beta", "anthropic-version", "content-type", "openai-beta"];
/// The headers of an answer that are kept: those that change what is made of it.
const OF_ANSWERS: [&str; 4] = ["content-encoding", "content-type", "retry-after", "retry-after-ms"];

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Exchange {
    pub(super) request: Sent,
    pub(super) response: Received,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sent {
    pub(super) method: String,
    pub(super) url: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Value,
}

impl Sent {
    pub(super) fn of(outgoing: &Outgoing) -> Self {
        let body = serde_json::from_slice(&outgoing.body);
        Self {
            method: "POST".to_owned(),
            url: outgoing.url.as_str().to_owned(),
            headers: headers(&OF_REQUESTS, |name| outgoing.headers.get(name)?.to_str().ok()),
            body: body.unwrap_or_else(|_| String::from_utf8_lossy(&outgoing.body).into()),
        }
    }

    /// Whether they ask the same.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        (&self.method, &self.url) == (&other.method, &other.url) && self.body == other.body
    }

    /// What is compared, to be read.
    pub(super) fn to_text(&self) -> String {
        format!("{} {}\n{:#}\n", self.method, self.url, self.body)
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Received {
    pub(super) status: u16,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) headers: BTreeMap<String, String>,
    /// The body, where it is JSON.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) json: Option<Value>,
    /// The body as it came, where it is not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) chunks: Vec<String>,
    /// Whether it broke off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) cut_off: bool,
}

impl Received {
    /// `None` where the body is no text.
    pub(super) fn of(
        status: u16,
        headers: BTreeMap<String, String>,
        pieces: &[Bytes],
        cut_off: bool,
    ) -> Option<Self> {
        let chunks = texts(pieces)?;
        let json = match chunks.concat().trim_start() {
            // Numbers and such are JSON too, but no answer.
            text if text.starts_with(['{', '[']) => serde_json::from_str(text).ok(),
            _ => None,
        };
        let chunks = if json.is_some() { Vec::new() } else { chunks };
        Some(Self { status, headers, json, chunks, cut_off })
    }

    /// The body, piece by piece.
    pub(super) fn pieces(&self) -> Vec<Bytes> {
        match &self.json {
            Some(json) => vec![Bytes::from(json.to_string())],
            None => self.chunks.iter().map(|chunk| Bytes::from(chunk.clone())).collect(),
        }
    }
}

/// Those of the headers of an answer that are kept.
pub(super) fn of_answer<'a>(get: impl Fn(&str) -> Option<&'a str>) -> BTreeMap<String, String> {
    headers(&OF_ANSWERS, get)
}

/// The name of a header of an answer, if it is one that is kept.
pub(super) fn known(name: &str) -> Option<&'static str> {
    OF_ANSWERS.into_iter().find(|known| *known == name)
}

fn headers<'a>(names: &[&str], get: impl Fn(&str) -> Option<&'a str>) -> BTreeMap<String, String> {
    let kept = names.iter().filter_map(|name| Some(((*name).to_owned(), get(name)?.to_owned())));
    kept.collect()
}

/// The pieces as texts; a letter whose bytes came in two pieces goes with the second.
fn texts(pieces: &[Bytes]) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    let mut rest: Vec<u8> = Vec::new();
    for piece in pieces {
        rest.extend_from_slice(piece);
        let valid = match std::str::from_utf8(&rest) {
            Ok(_) => rest.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => return None,
        };
        let tail = rest.split_off(valid);
        let text = String::from_utf8(std::mem::replace(&mut rest, tail)).ok()?;
        if !text.is_empty() {
            texts.push(text);
        }
    }
    rest.is_empty().then_some(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_that_came_in_two_pieces_goes_with_the_second() {
        let pieces = [&b"data: caf\xC3"[..], b"\xA9\n", b"\n"].map(Bytes::from_static);
        assert_eq!(texts(&pieces).unwrap(), ["data: caf", "é\n", "\n"]);
        assert_eq!(texts(&[Bytes::from_static(b"\xFF")]), None);
        assert_eq!(texts(&[Bytes::from_static(b"\xC3")]), None, "cut within a letter");
    }
}
