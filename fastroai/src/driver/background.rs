//! Replies that a provider makes in the background: asked for until they are there.

use std::sync::Arc;
use std::time::Duration;

use fastroai_providers::error::ProtocolFault;
use fastroai_providers::{
    FinishReason, Model, ModelError, ModelErrorKind, Response, RetryClass, Settings,
};
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

use crate::runtime::LONGEST_RETRY_AFTER;
use crate::telemetry::events;

/// How long to wait before it is first asked for a reply; each wait is half as long again.
const FIRST_WAIT: Duration = Duration::from_secs(1);

/// The longest wait between two questions.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// How many questions in a row may fail before the reply is given up.
const FAILURES: u32 = 5;

/// How long it may take to have a provider give up a reply.
const GIVING_UP: Duration = Duration::from_secs(10);

/// A reply that a provider makes on its own time.
///
/// Dropped before it is over, as where its run is cancelled, out of time or dropped itself, it has
/// the provider give it up: in a task of its own that sends one request and ends soon, since a drop
/// cannot wait. Where no runtime is left to run it, the provider goes on.
pub(super) struct Job {
    model: Arc<dyn Model>,
    settings: Settings,
    id: String,
    over: bool,
}

impl Job {
    pub(super) fn new(model: &Arc<dyn Model>, settings: &Settings, id: String) -> Self {
        Self { model: Arc::clone(model), settings: settings.clone(), id, over: false }
    }

    /// The provider works on it no more.
    pub(super) fn end(&mut self) {
        self.over = true;
    }

    /// Whether a failure leaves the provider at work: the connection broke, and not the reply.
    pub(super) fn outlives(error: &ModelError) -> bool {
        let broken = matches!(
            error.kind(),
            ModelErrorKind::Transport { .. } | ModelErrorKind::Protocol(ProtocolFault::Truncated)
        );
        broken && error.retry_class() != RetryClass::Never
    }

    /// Asks for the reply until it is there. What is known of it by now is in `reply`, and goes with
    /// the error where it never comes.
    pub(super) async fn finish(mut self, mut reply: Response) -> Result<Response, ModelError> {
        let (mut wait, mut failures) = (FIRST_WAIT, 0);
        loop {
            sleep(wait).await;
            wait = (wait * 3 / 2).min(LONGEST_WAIT);
            let error = match self.model.poll(&self.settings, &self.id).await {
                Ok(polled) if polled.finish_reason == FinishReason::Pending => {
                    (reply, failures) = (polled, 0);
                    continue;
                }
                Ok(polled) => {
                    self.end();
                    return Ok(polled);
                }
                Err(error) => error,
            };
            // An error without a status came with the reply, which has failed: it is the answer.
            if error.status().is_none() && matches!(error.kind(), ModelErrorKind::Provider(_)) {
                self.end();
                return Err(error);
            }
            failures += 1;
            if failures >= FAILURES || !error.is_retryable() {
                return Err(error.with_partial(reply));
            }
            let asked = error.retry_after().unwrap_or_default();
            wait = wait.max(asked.min(LONGEST_RETRY_AFTER));
        }
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let Ok(runtime) = Handle::try_current() else { return };
        let (model, id) = (Arc::clone(&self.model), std::mem::take(&mut self.id));
        let settings = std::mem::take(&mut self.settings);
        runtime.spawn(async move {
            let given_up = timeout(GIVING_UP, model.cancel(&settings, &id)).await;
            if !matches!(given_up, Ok(Ok(()))) {
                events::not_cancelled(model.id().provider());
            }
        });
    }
}

/// The reply, which is waited for where the provider makes it in the background; `begun` tells
/// whether it does.
pub(super) async fn whole(
    model: &Arc<dyn Model>,
    settings: &Settings,
    reply: Response,
    begun: &mut bool,
) -> Result<Response, ModelError> {
    if reply.finish_reason != FinishReason::Pending {
        return Ok(reply);
    }
    let Some(id) = reply.id.clone() else {
        let message = "a reply that is made in the background has no id to ask for it by";
        return Err(ModelError::protocol(ProtocolFault::BadShape, message).with_partial(reply));
    };
    *begun = true;
    Job::new(model, settings, id).finish(reply).await
}
