//! Summaries that were paid for, by the messages that they stand for.

use std::collections::VecDeque;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use fastroai_providers::Message;

/// How many summaries, and how many runs without one, are remembered: the oldest go first.
const REMEMBERED: usize = 256;

/// A summary, and of how many messages it is.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) messages: usize,
    pub(super) summary: Arc<str>,
}

/// What is remembered. Messages are told apart by a keyed digest of 128 bits.
#[derive(Default)]
pub(super) struct Memory {
    keys: [RandomState; 2],
    summaries: Mutex<VecDeque<(Digest, Known)>>,
    failed: Mutex<VecDeque<String>>,
}

type Digest = [u64; 2];

impl Memory {
    /// The summary of the longest beginning of these messages that has one.
    pub(super) fn find(&self, messages: &[Message]) -> Option<Known> {
        let known: Vec<_> = {
            let summaries = lock(&self.summaries);
            let fitting = summaries.iter().filter(|(_, known)| known.messages <= messages.len());
            fitting.cloned().collect()
        };
        let longest = known.iter().map(|(_, known)| known.messages).max()?;
        let mut digesting = self.digesting();
        let mut found = None;
        for (at, message) in messages.iter().take(longest).enumerate() {
            digesting.add(message);
            let digest = digesting.digest();
            let fits = |(kept, known): &&(Digest, Known)| {
                known.messages == at.saturating_add(1) && *kept == digest
            };
            found = known.iter().find(fits).map(|(_, known)| known.clone()).or(found);
        }
        found
    }

    /// Remembers the summary of these messages.
    pub(super) fn keep(&self, messages: &[Message], summary: String) -> Known {
        let mut digesting = self.digesting();
        for message in messages {
            digesting.add(message);
        }
        let known = Known { messages: messages.len(), summary: summary.into() };
        remember(&self.summaries, (digesting.digest(), known.clone()));
        known
    }

    /// Remembers that a run could not have a summary.
    pub(super) fn failed(&self, run_id: &str) {
        remember(&self.failed, run_id.to_owned());
    }

    pub(super) fn has_failed(&self, run_id: &str) -> bool {
        lock(&self.failed).iter().any(|failed| failed == run_id)
    }

    fn digesting(&self) -> Digesting<impl Hasher + use<>> {
        Digesting(self.keys.each_ref().map(BuildHasher::build_hasher))
    }
}

struct Digesting<H>([H; 2]);

impl<H: Hasher> Digesting<H> {
    fn add(&mut self, message: &Message) {
        // Messages are JSON whatever they hold: nothing of it can fail.
        let _ = serde_json::to_writer(&mut *self, message);
        self.0.iter_mut().for_each(|hasher| hasher.write_u8(0xff));
    }

    fn digest(&self) -> Digest {
        self.0.each_ref().map(Hasher::finish)
    }
}

impl<H: Hasher> io::Write for Digesting<H> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.iter_mut().for_each(|hasher| hasher.write(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn remember<T>(list: &Mutex<VecDeque<T>>, new: T) {
    let mut list = lock(list);
    if list.len() >= REMEMBERED {
        list.pop_front();
    }
    list.push_back(new);
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
