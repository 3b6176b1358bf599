//! Whether a chain holds.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use ring::hmac;

use super::error::{AuditError, Fault};
use super::record::{ACTOR, Actor, Anchor, Beside, Head, Line, Record, SUBJECT, chained, salted};

/// The longest line that is read, in bytes: no record that was written is longer.
pub(super) const LONGEST_LINE: u64 = 1 << 20;

/// A chain that holds.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Chain {
    /// How many records the file has.
    pub records: u64,
    /// Its last record.
    pub head: Head,
    /// The first record that it has, but for those that were dropped by [`prune`](super::prune).
    pub first: u64,
    hashes: Vec<String>,
}

impl Chain {
    /// Whether an earlier head is a record of this chain: nothing up to it was changed or cut off.
    ///
    /// `None` where that record was dropped since.
    #[must_use]
    pub fn includes(&self, head: &Head) -> Option<bool> {
        if head.number == 0 {
            return Some(*head == Head::start());
        }
        let place = head.number.checked_sub(self.first)?;
        let kept = usize::try_from(place).ok().and_then(|place| self.hashes.get(place));
        Some(kept.is_some_and(|hash| *hash == head.hash))
    }
}

/// Reads a trail, and holds each record to its hash and to the one before it.
///
/// # Errors
/// [`AuditError::Broken`] with the first line that does not hold, or where it cannot be read.
pub fn verify(path: impl AsRef<Path>) -> Result<Chain, AuditError> {
    walk(path.as_ref(), None, |_, _| {})
}

/// Verifies a trail that was written with a key.
///
/// # Errors
/// As [`verify`]; with another key, the first record does not hold.
pub fn verify_with_key(path: impl AsRef<Path>, key: &[u8]) -> Result<Chain, AuditError> {
    walk(path.as_ref(), Some(&hmac::Key::new(hmac::HMAC_SHA256, key)), |_, _| {})
}

/// Goes through a file, record by record.
pub(super) fn walk(
    path: &Path,
    key: Option<&hmac::Key>,
    mut visit: impl FnMut(&Record, &str),
) -> Result<Chain, AuditError> {
    let mut file = BufReader::new(File::open(path)?);
    let mut chain = Chain { records: 0, head: Head::start(), first: 1, hashes: Vec::new() };
    let mut text = Vec::new();
    for line in 1.. {
        text.clear();
        if file.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut text)? == 0 {
            break;
        }
        let broken = |fault| AuditError::Broken { line, fault };
        let Some((b'\n', text)) = text.split_last() else { return Err(broken(Fault::Cut)) };
        let text = std::str::from_utf8(text).map_err(|_| broken(Fault::Unreadable))?;
        if line == 1
            && let Ok(Anchor { after }) = serde_json::from_str(text)
        {
            chain.first = after.number.saturating_add(1);
            chain.head = after;
            continue;
        }
        let record = follow(&mut chain, key, text).map_err(broken)?;
        visit(&record, text);
    }
    Ok(chain)
}

/// Holds a line to the chain so far.
fn follow(chain: &mut Chain, key: Option<&hmac::Key>, text: &str) -> Result<Record, Fault> {
    let line: Line = serde_json::from_str(text).map_err(|_| Fault::Unreadable)?;
    let record = line.read().ok_or(Fault::Unreadable)?;
    if chained(key, &chain.head.hash, line.record.get()) != line.hash {
        // A record that is right by itself tells that it is the others that were changed.
        return Err(if record.number == chain.head.number.saturating_add(1) {
            Fault::Hash
        } else {
            Fault::Order
        });
    }
    if record.number != chain.head.number.saturating_add(1) {
        return Err(Fault::Order);
    }
    // What was erased is gone; what is there has to be what was written.
    let is_what_was_written = |beside: &Beside| {
        let subject = beside.subject.as_deref().unwrap_or_default();
        record.digests.get(SUBJECT) == Some(&salted(&beside.salt, SUBJECT, subject.as_bytes()))
    };
    let is_who_was_written = |actor: &Actor| {
        record.digests.get(ACTOR) == Some(&salted(&actor.salt, ACTOR, actor.name.as_bytes()))
    };
    if !line.beside.as_ref().is_none_or(is_what_was_written)
        || !line.actor.as_ref().is_none_or(is_who_was_written)
    {
        return Err(Fault::Content);
    }
    chain.records += 1;
    chain.head = Head { number: record.number, hash: line.hash };
    chain.hashes.push(chain.head.hash.clone());
    Ok(record)
}
