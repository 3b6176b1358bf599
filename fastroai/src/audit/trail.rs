//! The file that only grows.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use ring::hmac;
use serde_json::value::to_raw_value;
use uuid::Uuid;

use super::chain::{LONGEST_LINE, walk};
use super::error::AuditError;
use super::event::Event;
use super::keep::{erase_in, prune_in};
use super::record::{ACTOR, Actor, Beside, Head, Line, Record, SUBJECT, chained, salted};
use crate::emitted::Emitter;
use crate::guard::Redactor;

/// How a trail is written.
#[derive(Clone, Default)]
#[must_use]
pub struct AuditOptions {
    key: Option<hmac::Key>,
    sync: bool,
    emitter: Emitter,
}

impl AuditOptions {
    /// Chains the records by a keyed hash (HMAC-SHA-256): who has no key can forge no record.
    pub fn key(mut self, key: &[u8]) -> Self {
        self.key = Some(hmac::Key::new(hmac::HMAC_SHA256, key));
        self
    }

    /// Waits until each record is on the disk, so that a loss of power takes none.
    pub fn sync(mut self, sync: bool) -> Self {
        self.sync = sync;
        self
    }

    /// What finds personal data and secrets in the names that a runtime writes by itself: of agents,
    /// tools, models, accounts and conversations. Without it [`Redactor::standard`] does. An event of
    /// the program's own is written as it is.
    pub fn redactor(mut self, redactor: Redactor) -> Self {
        self.emitter = Emitter::new(Some(redactor));
        self
    }

    /// Opens a trail, or begins one. What is there already is verified first.
    ///
    /// On Unix a new file can be read by its owner only.
    ///
    /// # Errors
    /// Where the file cannot be opened, is open elsewhere, or its chain is broken.
    pub fn open(self, path: impl AsRef<Path>) -> Result<AuditTrail, AuditError> {
        let path = path.as_ref();
        let file = opened(path)?;
        let head = walk(path, self.key.as_ref(), |_, _| {})?.head;
        let state = Mutex::new(State { file, head, is_stopped: false });
        Ok(AuditTrail(Arc::new(Shared { path: path.to_owned(), options: self, state })))
    }
}

impl fmt::Debug for AuditOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditOptions")
            .field("keyed", &self.key.is_some())
            .field("sync", &self.sync)
            .field("emitter", &self.emitter)
            .finish()
    }
}

/// A file of records that only grows. Cheap to clone; clones write to the same file.
///
/// Records are in the order in which they were written, one writer at a time: the file is locked
/// against other processes.
#[derive(Clone)]
pub struct AuditTrail(Arc<Shared>);

struct Shared {
    path: PathBuf,
    options: AuditOptions,
    state: Mutex<State>,
}

struct State {
    file: File,
    head: Head,
    is_stopped: bool,
}

impl AuditTrail {
    /// Opens a trail, or begins one, without a key. What is there already is verified first.
    ///
    /// # Errors
    /// As [`AuditOptions::open`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, AuditError> {
        AuditOptions::default().open(path)
    }

    /// Writes a record, and gives the head of the chain with it.
    ///
    /// # Errors
    /// Where it cannot be written. No other is written then, so that the gap is not hidden.
    pub fn append(&self, event: Event) -> Result<Head, AuditError> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.is_stopped {
            return Err(AuditError::Stopped);
        }
        let written = self.write(&mut state, event);
        state.is_stopped = written.is_err();
        written
    }

    fn write(&self, state: &mut State, event: Event) -> Result<Head, AuditError> {
        let Shared { options, .. } = &*self.0;
        let salt = new_salt();
        let mut digests: BTreeMap<String, String> = BTreeMap::new();
        for (name, content) in &event.content {
            digests.insert(name.clone(), salted(&salt, name, content));
        }
        let has_beside = event.subject.is_some() || !digests.is_empty();
        if has_beside {
            let subject = event.subject.as_deref().unwrap_or_default();
            digests.insert(SUBJECT.to_owned(), salted(&salt, SUBJECT, subject.as_bytes()));
        }
        let actor = event.actor.map(|name| Actor { salt: new_salt(), name });
        if let Some(actor) = &actor {
            digests.insert(ACTOR.to_owned(), salted(&actor.salt, ACTOR, actor.name.as_bytes()));
        }
        let record = Record {
            number: state.head.number + 1,
            at: now(),
            kind: event.kind,
            run: event.run,
            fields: event.fields,
            digests,
            subject: None,
            actor: None,
            salt: None,
            actor_salt: None,
        };
        let record = to_raw_value(&record).map_err(std::io::Error::from)?;
        let hash = chained(options.key.as_ref(), &state.head.hash, record.get());
        let beside = has_beside.then_some(Beside { salt, subject: event.subject });
        let mut text = serde_json::to_vec(&Line { record, hash: hash.clone(), beside, actor })
            .map_err(std::io::Error::from)?;
        text.push(b'\n');
        if text.len() as u64 > LONGEST_LINE {
            return Err(std::io::Error::from(std::io::ErrorKind::FileTooLarge).into());
        }
        state.file.write_all(&text)?;
        if options.sync {
            state.file.sync_data()?;
        }
        state.head = Head { number: state.head.number + 1, hash };
        Ok(state.head.clone())
    }

    /// [`erase`](super::erase)s a subject while the trail is open. Who writes meanwhile waits, which is as
    /// long as it takes to write the file anew.
    ///
    /// # Errors
    /// Where it cannot be read or written, or a line of it is no record. Where it cannot be opened again
    /// afterwards, no other record is written.
    pub fn erase(&self, subject: &str) -> Result<u64, AuditError> {
        self.rewrite(|path| erase_in(path, subject))
    }

    /// [`prune`](super::prune)s the trail while it is open. Who writes meanwhile waits.
    ///
    /// # Errors
    /// As of [`erase`](Self::erase).
    pub fn prune(&self, before: SystemTime) -> Result<u64, AuditError> {
        self.rewrite(|path| prune_in(path, before))
    }

    fn rewrite(
        &self,
        rewrite: impl FnOnce(&Path) -> Result<u64, AuditError>,
    ) -> Result<u64, AuditError> {
        let mut state = self.0.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.is_stopped {
            return Err(AuditError::Stopped);
        }
        let changed = rewrite(&self.0.path)?;
        // Another file stands there by now.
        if changed > 0 {
            state.is_stopped = true;
            state.file = opened(&self.0.path)?;
            state.is_stopped = false;
        }
        Ok(changed)
    }

    /// What the records of a runtime pass.
    pub(super) fn emitter(&self) -> &Emitter {
        &self.0.options.emitter
    }

    /// The last record that was written: what to keep elsewhere.
    #[must_use]
    pub fn head(&self) -> Head {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner).head.clone()
    }

    /// Where it is written.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0.path
    }
}

impl fmt::Debug for AuditTrail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditTrail")
            .field("path", &self.0.path)
            .field("options", &self.0.options)
            .finish_non_exhaustive()
    }
}

/// The file, which nobody else writes to.
fn opened(path: &Path) -> Result<File, AuditError> {
    let mut options = OpenOptions::new();
    options.append(true).create(true).read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    lock(&file, path)?;
    Ok(file)
}

fn new_salt() -> String {
    Uuid::new_v4().simple().to_string()
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Keeps others from writing to the file for as long as this one is open.
pub(super) fn lock(file: &File, path: &Path) -> Result<(), AuditError> {
    file.try_lock().map_err(|error| match error {
        TryLockError::WouldBlock => AuditError::InUse,
        TryLockError::Error(error) => error.into(),
    })?;
    // Whoever had it until now may have put another one in its place.
    if is_at(file, path)? { Ok(()) } else { Err(AuditError::InUse) }
}

#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let (mine, there) = (file.metadata()?, std::fs::metadata(path)?);
    Ok((mine.dev(), mine.ino()) == (there.dev(), there.ino()))
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it may fail")]
fn is_at(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_that_was_replaced_before_it_was_locked_is_not_written_to() {
        let path = std::env::temp_dir().join(format!("trail-{}", new_salt()));
        fs::write(&path, "").unwrap();
        let before = File::open(&path).unwrap();
        lock(&File::open(&path).unwrap(), &path).unwrap();
        let other = path.with_extension("new");
        fs::write(&other, "").unwrap();
        fs::rename(&other, &path).unwrap();
        assert!(matches!(lock(&before, &path), Err(AuditError::InUse)));
        lock(&File::open(&path).unwrap(), &path).unwrap();
        fs::remove_file(&path).unwrap();
    }
}
