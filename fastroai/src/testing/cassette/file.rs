//! The file of a cassette.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use super::error::CassetteError;
use super::exchange::Exchange;
use super::{RunOutcome, VARIABLE};
use crate::testing::file::command_with;

/// The version that is written.
const VERSION: u32 = 1;

/// What the file says.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Contents {
    version: u32,
    pub(super) exchanges: Vec<Exchange>,
    /// How the runs went, where a test kept it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) runs: Option<Vec<RunOutcome>>,
}

impl Contents {
    pub(super) fn new(exchanges: Vec<Exchange>, runs: Option<Vec<RunOutcome>>) -> Self {
        Self { version: VERSION, exchanges, runs }
    }

    pub(super) fn to_text(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

pub(super) fn read(path: &Path) -> Result<Contents, CassetteError> {
    let text = fs::read_to_string(path).map_err(|cause| match cause.kind() {
        io::ErrorKind::NotFound => {
            CassetteError::Missing { path: path.to_owned(), command: command() }
        }
        _ => CassetteError::File { path: path.to_owned(), cause },
    })?;
    let malformed = |reason| {
        let (path, command) = (path.to_owned(), command());
        CassetteError::Malformed { path, reason, command }
    };
    let contents: Contents =
        serde_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
    if contents.version != VERSION {
        let reason = format!("it is of version {}, and {VERSION} is known", contents.version);
        return Err(malformed(reason));
    }
    Ok(contents)
}

pub(super) fn write(path: &Path, text: &str) -> Result<(), CassetteError> {
    let folder = path.parent().unwrap_or(Path::new(""));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .map_err(|cause| CassetteError::File { path: path.to_owned(), cause })
}

/// What records the cassette of the test that runs.
pub(super) fn command() -> String {
    command_with(VARIABLE)
}

/// The files that are being recorded in this process.
static RECORDED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn recorded() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    RECORDED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the file for one cassette that records.
pub(super) fn claim(path: &Path) -> Result<(), CassetteError> {
    if recorded().insert(path.to_owned()) {
        return Ok(());
    }
    Err(CassetteError::Recorded { path: path.to_owned() })
}

pub(super) fn release(path: &Path) {
    recorded().remove(path);
}
