//! How long records are kept, and what is given out or erased at a person's request.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use super::error::{AuditError, Fault};
use super::record::{Anchor, Head, Line, Record};
use super::trail::lock;

/// All records that concern this subject, or of which it is the actor.
///
/// # Errors
/// Where the trail cannot be read, or a line of it is no record.
pub fn export(path: impl AsRef<Path>, subject: &str) -> Result<Vec<Record>, AuditError> {
    let mut records = Vec::new();
    rewritten(path.as_ref(), |record, _| {
        if record.names(subject) {
            records.push(record.clone());
        }
        None
    })?;
    Ok(records)
}

/// Takes the name of this subject, and the salts of the digests, out of all records that concern it or of which it
/// is the actor: how many there were. Of a record that concerns another, only the actor is erased. The chain
/// stays as it was, and still holds.
///
/// The trail must not be open, or it is for [`AuditTrail::erase`](super::AuditTrail::erase); the file is
/// replaced as a whole.
///
/// # Errors
/// Where the trail is open, cannot be read or written, or a line of it is no record.
pub fn erase(path: impl AsRef<Path>, subject: &str) -> Result<u64, AuditError> {
    let _locked = locked(path.as_ref())?;
    erase_in(path.as_ref(), subject)
}

/// The same in a file that is locked.
pub(super) fn erase_in(path: &Path, subject: &str) -> Result<u64, AuditError> {
    let mut erased = 0;
    let (lines, _) = rewritten(path, |record, text| {
        if !record.names(subject) {
            return Some(text.to_owned());
        }
        erased += 1;
        let line: Line = serde_json::from_str(text).ok()?;
        let beside = line.beside.filter(|beside| beside.subject.as_deref() != Some(subject));
        let actor = line.actor.filter(|actor| actor.name != subject);
        serde_json::to_string(&Line { beside, actor, ..line }).ok()
    })?;
    if erased > 0 {
        replace(path, &lines)?;
    }
    Ok(erased)
}

/// Drops all records from before this time, but for the last hash: how many there were. What is left
/// still holds, and says where it goes on from.
///
/// The trail must not be open, or it is for [`AuditTrail::prune`](super::AuditTrail::prune); the file is
/// replaced as a whole.
///
/// # Errors
/// Where the trail is open, cannot be read or written, or a line of it is no record.
pub fn prune(path: impl AsRef<Path>, before: SystemTime) -> Result<u64, AuditError> {
    let _locked = locked(path.as_ref())?;
    prune_in(path.as_ref(), before)
}

/// The same in a file that is locked.
pub(super) fn prune_in(path: &Path, before: SystemTime) -> Result<u64, AuditError> {
    let before = before.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
    let (mut dropped, mut last, mut keeps) = (0, None, false);
    let (mut lines, anchor) = rewritten(path, |record, text| {
        // Clocks go back at times: what comes after a kept record is kept.
        keeps = keeps || u128::from(record.at) >= before;
        if keeps {
            return Some(text.to_owned());
        }
        dropped += 1;
        let line: Line = serde_json::from_str(text).ok()?;
        last = Some(Head { number: record.number, hash: line.hash });
        None
    })?;
    if let Some(after) = last {
        if anchor {
            lines.remove(0);
        }
        let anchor = serde_json::to_string(&Anchor { after }).map_err(std::io::Error::from)?;
        lines.insert(0, anchor);
        replace(path, &lines)?;
    }
    Ok(dropped)
}

/// The lines that are left of a file, and whether the first of them is an anchor.
///
/// The hashes of a trail with a key are not checked here, which needs no key: they stay as they are.
fn rewritten(
    path: &Path,
    mut keep: impl FnMut(&Record, &str) -> Option<String>,
) -> Result<(Vec<String>, bool), AuditError> {
    let text = std::fs::read_to_string(path)?;
    let mut lines = Vec::new();
    let first = text.lines().next().unwrap_or_default();
    let is_anchored = serde_json::from_str::<Anchor>(first).is_ok();
    if is_anchored {
        lines.push(first.to_owned());
    }
    for (place, text) in text.lines().enumerate().skip(usize::from(is_anchored)) {
        let record = serde_json::from_str::<Line>(text).ok().and_then(|line| line.read());
        let Some(record) = record else {
            let line = place as u64 + 1;
            return Err(AuditError::Broken { line, fault: Fault::Unreadable });
        };
        lines.extend(keep(&record, text));
    }
    Ok((lines, is_anchored))
}

/// The file, which nobody else writes to.
fn locked(path: &Path) -> Result<File, AuditError> {
    let file = File::options().read(true).write(true).open(path)?;
    lock(&file, path)?;
    Ok(file)
}

/// Writes the file anew beside itself, and puts it in its own place: never half a file.
fn replace(path: &Path, lines: &[String]) -> Result<(), AuditError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let beside = Path::new(&name);
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = BufWriter::new(options.open(beside)?);
    for line in lines {
        file.write_all(line.as_bytes())?;
        file.write_all(b"\n")?;
    }
    file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    std::fs::rename(beside, path)?;
    Ok(())
}
