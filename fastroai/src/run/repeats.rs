//! Calls that are made again and again with the same result.

use std::collections::BTreeMap;

use fastroai_providers::message::MediaSource;
use fastroai_providers::{Media, ToolCall};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::event::ToolReport;

/// In how many replies the same call may give the same result before the model is told.
const TOLD_AT: u32 = 3;

/// What has been called so far, with what result, and how often.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Repeats(BTreeMap<Digest, Seen>);

/// What tells a call and its result from others; stored as hexadecimal digits, which every format can
/// have as a key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Digest(u128);

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:032x}", self.0))
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digits = String::deserialize(deserializer)?;
        u128::from_str_radix(&digits, 16).map(Self).map_err(D::Error::custom)
    }
}

#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    replies: u32,
    last: u32,
}

/// What to do about a repeated call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Fine,
    /// Tell the model that it goes round in circles.
    Tell,
    /// It was told, and went on.
    Loop,
}

impl Repeats {
    /// Notes a call of this turn. What a reply asks for several times counts once: the model could
    /// not know the result yet.
    pub(super) fn note(&mut self, turn: u32, call: &ToolCall, report: &ToolReport) -> Verdict {
        let arguments = serde_json::from_str::<serde_json::Value>(&call.arguments)
            .map_or_else(|_| call.arguments.clone(), |value| value.to_string());
        let mut texts = vec![call.name.as_str(), &arguments, &report.content];
        texts.extend(report.media.iter().map(told));
        let seen = self.0.entry(Digest(digest(&texts))).or_default();
        if seen.last != turn {
            seen.last = turn;
            seen.replies = seen.replies.saturating_add(1);
        }
        match seen.replies.cmp(&TOLD_AT) {
            std::cmp::Ordering::Less => Verdict::Fine,
            std::cmp::Ordering::Equal => Verdict::Tell,
            std::cmp::Ordering::Greater => Verdict::Loop,
        }
    }
}

/// FNV-1a of the texts and their lengths, in 128 bits: results may be long, and the same run must
/// come to the same end in every process, which the standard hashers do not promise.
fn digest(texts: &[&str]) -> u128 {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    let bytes = texts.iter().flat_map(|text| {
        let length = (text.len() as u64).to_le_bytes();
        length.into_iter().chain(text.bytes())
    });
    bytes.fold(BASIS, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
}

/// What tells a piece of media from others: a tool that looks at a screen gives another one each
/// time.
fn told(media: &Media) -> &str {
    match media.source() {
        MediaSource::Bytes(bytes) => bytes.as_base64(),
        MediaSource::Url(url) => url.as_str(),
        MediaSource::Uploaded(file) => file.id(),
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_apart_by_what_they_say_and_by_where_they_end() {
        let same = digest(&["tool", "{}", "pending"]);
        assert_eq!(same, digest(&["tool", "{}", "pending"]));
        for other in
            [["tool", "{}", "pendinh"], ["too", "l{}", "pending"], ["tool", "{}p", "ending"]]
        {
            assert_ne!(same, digest(&other));
        }
    }
}
