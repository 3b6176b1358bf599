//! The material beside the repository, and what a test does where it is absent.

use std::env;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// The `shared` folder beside the repository's root, where there is one.
#[must_use]
pub fn shared() -> Option<PathBuf> {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../shared")
        .canonicalize()
        .ok()
        .filter(|path| path.is_dir())
}

/// The `shared` folder; `None` after [`skip`] where it is absent.
///
/// # Panics
/// As [`skip`].
#[must_use]
pub fn shared_or_skip(test: &str) -> Option<PathBuf> {
    let found = shared();
    if found.is_none() {
        skip(test, "../shared is absent");
    }
    found
}

/// Says, past the capture of the test runner, that a test did not run.
///
/// # Panics
/// Where the environment has `CI=true`: there, nothing may be skipped.
pub fn skip(test: &str, reason: &str) {
    let ci = env::var_os("CI").is_some_and(|value| value == "true");
    assert!(!ci, "{test} cannot run, and with CI=true it must: {reason}");
    // `eprintln!` would be captured; a closed stderr is no reason to fail.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {test}: {reason}");
}
