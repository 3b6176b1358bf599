//! One record: what is chained, and what stands beside it.

use std::collections::BTreeMap;
use std::fmt;

use ring::{digest, hmac};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

/// The hash of what comes before the first record.
pub(super) const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// A record as it was read.
#[derive(Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Record {
    /// Its number, from 1.
    pub number: u64,
    /// When it was written, in milliseconds since 1970, by the clock of the machine.
    pub at: u64,
    /// What kind of thing happened.
    pub kind: String,
    /// The run that it belongs to, or the request without an agent: the
    /// [`correlation_id`](crate::Error::correlation_id) of its error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// What else is known of it.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub fields: Map<String, Value>,
    /// Digests of content, and of the names of its subject and its actor.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub digests: BTreeMap<String, String>,
    /// Whose data it concerns, where that was said and not erased since.
    #[serde(skip)]
    pub subject: Option<String>,
    /// Who did it, where that was said and not erased since.
    #[serde(skip)]
    pub actor: Option<String>,
    #[serde(skip)]
    pub(super) salt: Option<String>,
    #[serde(skip)]
    pub(super) actor_salt: Option<String>,
}

/// The name under which the digest of a subject is kept.
pub(super) const SUBJECT: &str = "subject";

/// That of an actor.
pub(super) const ACTOR: &str = "actor";

impl Record {
    /// Whether this is the content that the record has a digest of; `None` where it has none of that
    /// name, or its salt was erased.
    #[must_use]
    pub fn is_of(&self, name: &str, content: impl AsRef<[u8]>) -> Option<bool> {
        let salt = if name == ACTOR { &self.actor_salt } else { &self.salt };
        let (kept, salt) = (self.digests.get(name)?, salt.as_ref()?);
        Some(*kept == salted(salt, name, content.as_ref()))
    }

    /// Whether this is the name of its subject or of its actor.
    pub(super) fn names(&self, who: &str) -> bool {
        [&self.subject, &self.actor].into_iter().any(|name| name.as_deref() == Some(who))
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("number", &self.number)
            .field("kind", &self.kind)
            .field("run", &self.run)
            .finish_non_exhaustive()
    }
}

/// The last record of a chain: what to keep elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Head {
    /// Its number; 0 where there is no record.
    pub number: u64,
    /// Its hash, in hexadecimal digits.
    pub hash: String,
}

impl Head {
    pub(super) fn start() -> Self {
        Self { number: 0, hash: NOTHING.to_owned() }
    }
}

/// A line of the file. The hash is over the text of the record as it stands there.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    pub(super) record: Box<RawValue>,
    pub(super) hash: String,
    /// What can be erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) beside: Option<Beside>,
    /// And so can this, by itself: it may be someone else's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) actor: Option<Actor>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Beside {
    pub(super) salt: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) subject: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Actor {
    pub(super) salt: String,
    pub(super) name: String,
}

/// The first line of a file whose beginning was dropped: where the rest goes on from.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Anchor {
    pub(super) after: Head,
}

impl Line {
    /// The record with what stands beside it.
    pub(super) fn read(&self) -> Option<Record> {
        let mut record: Record = serde_json::from_str(self.record.get()).ok()?;
        if let Some(beside) = &self.beside {
            record.subject.clone_from(&beside.subject);
            record.salt = Some(beside.salt.clone());
        }
        if let Some(actor) = &self.actor {
            record.actor = Some(actor.name.clone());
            record.actor_salt = Some(actor.salt.clone());
        }
        Some(record)
    }
}

/// The hash of a record after another.
pub(super) fn chained(key: Option<&hmac::Key>, before: &str, record: &str) -> String {
    match key {
        None => {
            let mut hash = digest::Context::new(&digest::SHA256);
            hash.update(before.as_bytes());
            hash.update(b"\n");
            hash.update(record.as_bytes());
            hex(hash.finish().as_ref())
        }
        Some(key) => {
            let mut hash = hmac::Context::with_key(key);
            hash.update(before.as_bytes());
            hash.update(b"\n");
            hash.update(record.as_bytes());
            hex(hash.sign().as_ref())
        }
    }
}

/// The digest of some content under a salt.
pub(super) fn salted(salt: &str, name: &str, content: &[u8]) -> String {
    let mut hash = digest::Context::new(&digest::SHA256);
    for part in [salt.as_bytes(), name.as_bytes()] {
        hash.update(part);
        hash.update(b"\n");
    }
    hash.update(content);
    hex(hash.finish().as_ref())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}
