//! Real exchanges, recorded once and played from then on.

mod error;
mod exchange;
mod file;
mod outcome;
mod scrub;
mod tape;
mod transport;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fastroai_providers::http::Transport;
use fastroai_providers::http::deny::{self, RequestPolicy};

use crate::ambient::Ambient;

pub use error::CassetteError;
pub(super) use outcome::RunOutcome;
use tape::Tape;
pub use transport::CassetteTransport;

/// The variable that has cassettes recorded.
const VARIABLE: &str = "FASTROAI_RECORD";

/// A file of HTTP exchanges with providers, recorded once and played without a network.
///
/// With `FASTROAI_RECORD=1` in the environment it [opens](Self::open) to record: requests go out,
/// and what comes back is written by [`finish`](Self::finish). Otherwise it plays: a request is
/// answered by the first exchange of the same method, URL and body that was not played yet, and one
/// that is not on it fails with the difference. It goes to the network in no other case. Bodies are
/// compared as JSON, so that the order of fields does not matter; streams come in the chunks in
/// which they came.
///
/// `#[fastroai::test(cassette = "…")]` does all of this for a test. By hand:
///
/// ```no_run
/// # use fastroai::prelude::*;
/// use fastroai::testing::Cassette;
///
/// /// You are a travel assistant.
/// #[agent(model = "openai:gpt-4o-mini")]
/// struct Travel;
///
/// # async fn test() -> Result<(), Box<dyn std::error::Error>> {
/// let cassette = Cassette::open("cassettes/trip.json")?;
/// let answer = cassette.scope(Travel.run("Where is it warm?")).await?;
/// cassette.finish()?;
/// # Ok(()) }
/// ```
///
/// # Secrets
/// Of the headers only those are kept that say what a body is, which version of a wire it is, and how
/// long to wait; no key, cookie or name of an organisation is among them. Keys in URLs, fields with
/// the names of secrets, and texts that look like keys or ids of organisations are replaced, and
/// [`scrub`](Self::scrub) takes more. A file in which a key that was sent still stands is not written.
/// What a model said goes through the same, so that a tool that is given a key by the model reads the
/// mark when that is played.
#[derive(Clone)]
pub struct Cassette(Arc<Held>);

struct Held {
    path: PathBuf,
    is_recording: bool,
    tape: Mutex<Tape>,
}

impl Cassette {
    /// Opens the cassette of this file, to record where `FASTROAI_RECORD=1` is set, else to play.
    ///
    /// # Errors
    /// As [`play`](Self::play) and [`record`](Self::record).
    pub fn open(path: impl AsRef<Path>) -> Result<Self, CassetteError> {
        let record = std::env::var_os(VARIABLE).is_some_and(|value| value == "1");
        if record { Self::record(path) } else { Self::play(path) }
    }

    /// Opens a cassette to play, whatever the environment says.
    ///
    /// # Errors
    /// Where there is no such file, or it is no cassette.
    pub fn play(path: impl AsRef<Path>) -> Result<Self, CassetteError> {
        let path = path.as_ref().to_owned();
        let tape = Tape::recorded(file::read(&path)?);
        Ok(Self(Arc::new(Held { path, is_recording: false, tape: Mutex::new(tape) })))
    }

    /// Opens a cassette to record over what the file has, whatever the environment says.
    ///
    /// # Errors
    /// Where this process records the same file already.
    pub fn record(path: impl AsRef<Path>) -> Result<Self, CassetteError> {
        let path = path.as_ref().to_owned();
        file::claim(&path)?;
        let tape = Mutex::new(Tape::blank());
        Ok(Self(Arc::new(Held { path, is_recording: true, tape })))
    }

    /// Whether it records.
    #[must_use]
    pub fn is_recording(&self) -> bool {
        self.0.is_recording
    }

    /// Keeps this text out of the file too. What is shorter than six characters is not looked for.
    pub fn scrub(&self, secret: impl Into<String>) {
        self.tape().keep_out(secret.into());
    }

    /// Runs a future, or a [`Call`](crate::Call), in which all models that are known by their
    /// provider's name are reached through this cassette. While it plays, no request is sent at all.
    ///
    /// Models and transports of one's own are what the runtime was given; put
    /// [`over`](Self::over) around such a transport.
    pub fn scope<F: IntoFuture>(&self, future: F) -> impl Future<Output = F::Output> + use<F> {
        let policy = if self.is_recording() { RequestPolicy::Allow } else { RequestPolicy::Deny };
        let cassette = self.clone();
        let put_in = |ambient: &mut Ambient| ambient.cassette = Some(cassette);
        deny::scoped(policy, Ambient::with(put_in, future))
    }

    /// A transport that records what goes through `way`, or plays and leaves `way` alone.
    ///
    /// ```no_run
    /// # use fastroai::Runtime;
    /// use fastroai::providers::{Connection, http::HttpTransport};
    /// use fastroai::testing::Cassette;
    /// let cassette = Cassette::open("cassettes/trip.json")?;
    /// let connection = Connection::new().transport(cassette.over(HttpTransport::default()));
    /// let runtime = Runtime::builder().connection(connection).build();
    /// # Ok::<(), fastroai::testing::CassetteError>(())
    /// ```
    pub fn over(&self, way: impl Transport) -> CassetteTransport {
        CassetteTransport::new(self.clone(), Arc::new(way))
    }

    /// Ends it: writes what was recorded, or says whether it was played as it was recorded.
    ///
    /// # Errors
    /// Where a request was not on it, an exchange was not asked for, or the file cannot be written,
    /// because of a key that stands in it, for instance.
    pub fn finish(&self) -> Result<(), CassetteError> {
        self.conclude(None)
    }

    /// As [`finish`](Self::finish), with how the runs went: kept, or held to what was kept.
    pub(super) fn conclude(&self, runs: Option<Vec<RunOutcome>>) -> Result<(), CassetteError> {
        let mut tape = self.tape();
        if self.0.is_recording {
            return tape.write(&self.0.path, runs);
        }
        tape.check(&self.0.path)?;
        match runs {
            Some(runs) => tape.check_outcome(&self.0.path, &runs),
            None => Ok(()),
        }
    }

    /// The first request that was not on it, as an error; for a test that failed of it.
    pub(super) fn mismatch(&self) -> Option<CassetteError> {
        self.tape().mismatch(&self.0.path)
    }

    fn tape(&self) -> MutexGuard<'_, Tape> {
        self.0.tape.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What it is called in messages: the file's name without its ending.
    fn name(&self) -> String {
        self.0.path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.is_recording {
            file::release(&self.path);
        }
    }
}

impl fmt::Debug for Cassette {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cassette")
            .field("path", &self.0.path)
            .field("is_recording", &self.0.is_recording)
            .finish_non_exhaustive()
    }
}
