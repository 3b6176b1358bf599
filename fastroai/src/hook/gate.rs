//! What a hook says to an attempt.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::approval::Approval;
use super::permit::Permit;

/// What a [`Hook`](super::Hook) says to an attempt that it does not deny.
#[derive(Debug)]
#[non_exhaustive]
pub enum Gate {
    /// It may be made. The permit learns how it ended.
    Go(Permit),
    /// It must wait, and then ask again; no longer than the run may take.
    Wait(Wait),
    /// Someone else decides; no longer than the run may take.
    Ask(Approval),
}

impl Gate {
    /// It may be made, and how it ends is of no interest.
    #[must_use]
    pub fn go() -> Self {
        Self::Go(Permit::free())
    }

    /// It must wait for this long, and then ask again.
    #[must_use]
    pub fn wait(time: Duration) -> Self {
        Self::Wait(Wait::new(time))
    }
}

/// The shortest wait: a hook that asks for none must not keep a thread busy.
const SHORTEST: Duration = Duration::from_millis(1);

/// How an attempt waits before it asks again.
///
/// While it waits it holds neither money nor permits of other hooks.
#[must_use]
pub struct Wait {
    time: Duration,
    woken: Option<Arc<Notify>>,
    kept: Option<Box<dyn Any + Send>>,
}

impl Wait {
    /// For this long.
    pub fn new(time: Duration) -> Self {
        Self { time, woken: None, kept: None }
    }

    /// Ends the wait early when this is notified.
    pub fn woken_by(mut self, notify: Arc<Notify>) -> Self {
        self.woken = Some(notify);
        self
    }

    /// Keeps something with the attempt, such as its place in a queue. The hook gets it back when
    /// it is asked again, by [`ModelCall::take_kept`](super::ModelCall::take_kept); it is dropped where the
    /// attempt is given up, or waits for another hook.
    pub fn keeping(mut self, kept: impl Any + Send) -> Self {
        self.kept = Some(Box::new(kept));
        self
    }

    pub(super) fn take_kept(&mut self) -> Option<Box<dyn Any + Send>> {
        self.kept.take()
    }

    /// Waits.
    pub(super) async fn over(self) {
        match self.woken {
            Some(woken) => {
                let _ = timeout(self.time.max(SHORTEST), woken.notified()).await;
            }
            None => sleep(self.time.max(SHORTEST)).await,
        }
    }
}

impl From<Duration> for Wait {
    fn from(time: Duration) -> Self {
        Self::new(time)
    }
}

impl fmt::Debug for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wait").field("time", &self.time).finish_non_exhaustive()
    }
}
