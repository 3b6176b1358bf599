//! What stands around the body of a `#[fastroai::test]`.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::{Path, PathBuf};

use fastroai_providers::http::deny::{self, RequestPolicy};

use super::assertions::assert_cost_at_most;
use super::capture::{Captured, captured};
use super::cassette::{Cassette, RunOutcome};
use crate::money::Cost;

/// What the attribute says of a test.
#[derive(Debug)]
pub struct TestSetup {
    folder: &'static str,
    cassette: Option<&'static str>,
    max_cost: Option<Cost>,
    start_paused: bool,
}

impl TestSetup {
    /// A test of the crate in this folder.
    #[must_use]
    pub fn new(folder: &'static str) -> Self {
        Self { folder, cassette: None, max_cost: None, start_paused: false }
    }

    /// Plays this cassette.
    #[must_use]
    pub fn cassette(mut self, name: &'static str) -> Self {
        self.cassette = Some(name);
        self
    }

    /// May cost no more.
    #[must_use]
    pub fn max_cost(mut self, limit: Cost) -> Self {
        self.max_cost = Some(limit);
        self
    }

    /// Has tokio's clock paused.
    #[must_use]
    pub fn start_paused(mut self) -> Self {
        self.start_paused = true;
        self
    }

    /// The file of a cassette: beside the `Cargo.toml` of the crate, which may have moved since it
    /// was compiled.
    fn path(&self, name: &str) -> PathBuf {
        let folder = std::env::var_os("CARGO_MANIFEST_DIR")
            .map_or_else(|| PathBuf::from(self.folder), PathBuf::from);
        folder.join("cassettes").join(Path::new(name).with_extension("json"))
    }
}

/// What a test may give: nothing, or a `Result`.
#[diagnostic::on_unimplemented(
    message = "a test cannot give `{Self}`",
    label = "neither `()` nor a `Result`",
    note = "leave it out, or write `-> fastroai::Result<()>`"
)]
pub trait TestOutput {
    /// Whether the test has failed.
    fn has_failed(&self) -> bool;
}

impl TestOutput for () {
    fn has_failed(&self) -> bool {
        false
    }
}

impl<T, E> TestOutput for Result<T, E> {
    fn has_failed(&self) -> bool {
        self.is_err()
    }
}

/// Runs a test to its end, on a runtime of its own.
///
/// # Panics
/// Where the test does; where the cassette is missing, or was not played as it was recorded; where
/// it cost too much.
#[track_caller]
#[expect(clippy::panic, reason = "this is how a test fails")]
pub fn run_test<B, F, T>(setup: &TestSetup, body: B) -> T
where
    B: FnOnce() -> F,
    F: Future<Output = T>,
    T: TestOutput,
{
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(setup.start_paused)
        .build()
        .unwrap_or_else(|error| panic!("no runtime can be built for the test: {error}"));
    let cassette = setup
        .cassette
        .map(|name| Cassette::open(setup.path(name)).unwrap_or_else(|error| panic!("{error}")));
    let run = async {
        let captured = captured(async { body().await });
        match &cassette {
            Some(cassette) => cassette.scope(captured).await,
            None => deny::scoped(RequestPolicy::DenyRemote, captured).await,
        }
    };
    let ended = catch_unwind(AssertUnwindSafe(|| runtime.block_on(run)));
    if let Some(mismatch) = cassette.as_ref().and_then(Cassette::mismatch) {
        panic!("{mismatch}");
    }
    let Captured { output, runs, bill } = ended.unwrap_or_else(|panic| resume_unwind(panic));
    if output.has_failed() {
        return output;
    }
    if let Some(cassette) = cassette {
        let runs = runs.iter().map(RunOutcome::of).collect();
        if let Err(error) = cassette.conclude(Some(runs)) {
            panic!("{error}");
        }
    }
    if let Some(limit) = setup.max_cost {
        assert_cost_at_most(&bill, limit);
    }
    output
}
