//! Asking a model, as often as it takes and the policy allows.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use fastroai_providers::error::{Phase, ProtocolFault, Sent};
use fastroai_providers::{
    Delta, FinishReason, Model, ModelError, ModelErrorKind, Request, Response, RetryClass,
    StreamEvent,
};
use futures_util::StreamExt;
use tracing::{Instrument, Span};

use super::Run;
use super::admitted::{Admitted, Passed, admit};
use super::arrived::Arrived;
use super::background::{self, Job};
use super::candidate::Candidate;
use super::guarded::Held;
use super::payer::Terms;
use super::unsettled::Unsettled;
use crate::error::ErrorKind;
use crate::runtime::{LONGEST_RETRY_AFTER, RetryPolicy};
use crate::telemetry::{self, error_word, events};
use crate::usage_limits::Exceeded;

/// Why there is no reply.
pub(super) enum Unanswered {
    /// The run must end, or another model be asked: it is not paid, not allowed, or more than the
    /// run may use.
    Stopped(Box<Stopped>),
    /// The model could not be asked.
    Failed(ModelError),
}

/// Why a run must end, and what had come of its reply.
pub(super) struct Stopped {
    pub(super) kind: ErrorKind,
    pub(super) partial: Option<Response>,
}

impl From<ErrorKind> for Unanswered {
    fn from(kind: ErrorKind) -> Self {
        Self::Stopped(Box::new(Stopped { kind, partial: None }))
    }
}

/// Why an attempt gave no reply.
enum Broken {
    /// It failed.
    Failed(ModelError),
    /// The run has used what it may, or a guard did not let the reply through.
    Cut(Box<ErrorKind>),
}

impl From<Exceeded> for Broken {
    fn from(exceeded: Exceeded) -> Self {
        Self::Cut(Box::new(exceeded.into()))
    }
}

impl From<Held> for Broken {
    fn from(held: Held) -> Self {
        Self::Cut(Box::new(held.into()))
    }
}

impl From<ModelError> for Broken {
    fn from(error: ModelError) -> Self {
        Self::Failed(error)
    }
}

impl From<ModelError> for Unanswered {
    fn from(error: ModelError) -> Self {
        Self::Failed(error)
    }
}

impl Run<'_, '_> {
    /// Asks one model. Each attempt that may have reached it has its line on the bill; what comes
    /// of a streamed reply is in `arrived`, even where this future is dropped.
    pub(super) async fn attempts(
        &self,
        candidate: &Candidate,
        turn: u32,
        request: &Request<'_>,
        requests: &mut u32,
        arrived: &mut Arrived,
    ) -> Result<Response, Unanswered> {
        let showing = self.showing();
        let streamed = self.sink.is_streaming();
        let span = telemetry::chat(showing, candidate.model.id(), request, streamed);
        telemetry::conversation(showing.emitter, &span, self.scope.labels());
        let unended = telemetry::Unended::new(&span);
        let asked = self.attempts_in(candidate, turn, request, requests, arrived, &span);
        let asked = asked.instrument(span.clone()).await;
        unended.end();
        match &asked {
            Ok(_) => {}
            Err(Unanswered::Failed(error)) => {
                telemetry::model_failed(showing, &span, error);
                if let Some(partial) = error.partial() {
                    telemetry::said(self.showing_reply(), &span, partial);
                }
            }
            Err(Unanswered::Stopped(stopped)) => telemetry::failed(&span, stopped.kind.word()),
        }
        asked
    }

    async fn attempts_in(
        &self,
        candidate: &Candidate,
        turn: u32,
        request: &Request<'_>,
        requests: &mut u32,
        arrived: &mut Arrived,
        span: &Span,
    ) -> Result<Response, Unanswered> {
        let model = &candidate.model;
        let policy = self.scope.runtime().retry();
        let budget = self.scope.runtime().retry_budget(model.throttle_key());
        let mut waits = waits(policy);
        let mut spent = telemetry::Spent::new(span);
        let mut taken = 0;
        let mut ambiguous = 0;
        let mut attempt: u32 = 0;
        let payer = candidate.payer(&self.scope);
        let terms = Terms::of(request);
        let mut failure: Option<ModelError> = None;
        loop {
            let origin = self.origin(turn, attempt.saturating_add(1));
            let admitted = admit(&payer, &origin, request, self.sink.is_streaming()).await;
            let Admitted { reserved, mut passed } = match (admitted, failure.take()) {
                (Ok(admitted), _) => admitted,
                (Err(kind), None) => return Err(kind.into()),
                (Err(kind), Some(error)) => return Err(after(error, kind)),
            };
            let settings = reserved.settings(request.settings);
            let mut request = *request;
            request.settings = &settings;
            let request = &request;
            attempt = attempt.saturating_add(1);
            *requests = requests.saturating_add(1);
            let mut delivered = false;
            let mut unsettled = Unsettled::new(payer, terms, reserved, (turn, attempt));
            let outcome = match policy.attempt_timeout {
                None => self.once(model, request, &mut delivered, arrived, &mut passed).await,
                Some(limit) => {
                    let asked = self.once(model, request, &mut delivered, arrived, &mut passed);
                    Box::pin(within(limit, asked)).await
                }
            };
            telemetry::attempted(span, attempt);
            let error = match outcome {
                Ok(mut reply) => {
                    reply.provider.get_or_insert_with(|| model.id().provider().to_owned());
                    let cost = unsettled.price(&reply).await;
                    unsettled.settle();
                    self.sink.attempted();
                    spent.add(&reply.usage, cost);
                    telemetry::replied(self.showing_reply(), span, &reply);
                    budget.refund(taken);
                    return match passed.succeeded(&reply.usage, cost) {
                        Ok(()) => Ok(reply),
                        Err(kind) => Err(Unanswered::Stopped(Box::new(Stopped {
                            kind,
                            partial: Some(reply),
                        }))),
                    };
                }
                Err(Broken::Failed(error)) => error,
                Err(Broken::Cut(kind)) => {
                    let mut seen = Box::new(Response::default());
                    seen.usage = arrived.usage().cloned().unwrap_or_default();
                    let cost = unsettled.price(&seen).await;
                    drop(unsettled);
                    spent.add(&seen.usage, cost);
                    passed.cut_off(&seen.usage, cost)?;
                    return Err((*kind).into());
                }
            };
            let mut cost = None;
            if let Some(partial) = error.partial() {
                cost = unsettled.price(partial).await;
                spent.add(&partial.usage, cost);
            }
            unsettled.fail(&error);
            passed.failed(&error, cost)?;
            let class = error.retry_class();
            ambiguous += u32::from(class == RetryClass::Ambiguous);
            let repeat = match class {
                RetryClass::NotSent | RetryClass::Throttled => true,
                RetryClass::Ambiguous => policy.repeat_ambiguous && ambiguous == 1,
                _ => false,
            };
            // What has been shown to a watcher cannot be taken back: no second answer after it.
            if !repeat || delivered || attempt >= policy.attempts {
                return Err(error.into());
            }
            let Some(wait) = self.wait(&error, waits.next()) else { return Err(error.into()) };
            let Some(cost) = budget.take(class) else { return Err(error.into()) };
            taken = cost;
            let emitter = self.scope.emitter();
            events::asking_again(emitter, attempt, wait, error_word(&error));
            failure = Some(error);
            self.sink.attempted();
            tokio::time::sleep(wait).await;
        }
    }

    /// How long to wait before the next attempt; `None` when that is longer than makes sense.
    fn wait(&self, error: &ModelError, ours: Option<Duration>) -> Option<Duration> {
        let wait = match error.retry_after() {
            Some(asked) if asked > LONGEST_RETRY_AFTER => return None,
            Some(asked) if !asked.is_zero() => asked,
            // "At once" is what the attempt that failed was, too.
            _ => ours?,
        };
        let in_time = self.scope.time_left().is_none_or(|left| wait < left);
        in_time.then_some(wait)
    }

    /// One attempt, whole or streamed. After one that was `delivered` there is no other: a watcher
    /// was shown a part of the answer, or the provider may still work on it.
    async fn once(
        &self,
        model: &Arc<dyn Model>,
        request: &Request<'_>,
        delivered: &mut bool,
        arrived: &mut Arrived,
        passed: &mut Passed,
    ) -> Result<Response, Broken> {
        let settings = request.settings;
        if !self.sink.is_streaming() {
            let reply = model.request(request).await?;
            return Ok(background::whole(model, settings, reply, delivered).await?);
        }
        arrived.clear();
        self.sink.reply_begins();
        let mut job: Option<Job> = None;
        let mut stream = model.stream(request).await?;
        let mut error = loop {
            match stream.next().await {
                Some(Ok(StreamEvent::Delta(Delta::Background { id }))) => {
                    job = Some(Job::new(model, settings, id));
                }
                Some(Ok(StreamEvent::Delta(delta))) => {
                    *delivered = true;
                    arrived.add(&delta);
                    self.show(delta, arrived).await?;
                }
                Some(Ok(StreamEvent::Usage(usage))) => {
                    let within = passed.see(&usage);
                    arrived.count(usage);
                    within?;
                }
                Some(Ok(StreamEvent::Done(reply))) => {
                    job.iter_mut().for_each(Job::end);
                    let waited = reply.finish_reason == FinishReason::Pending;
                    let reply = background::whole(model, settings, *reply, delivered).await?;
                    if waited {
                        self.tell_rest(&reply, arrived).await?;
                    }
                    return Ok(reply);
                }
                Some(Ok(_)) => {}
                Some(Err(error)) => break error,
                None => {
                    let message = "the stream ended without a reply";
                    break ModelError::protocol(ProtocolFault::Truncated, message);
                }
            }
        };
        drop(stream);
        let Some(mut job) = job else { return Err(error.into()) };
        if !Job::outlives(&error) {
            job.end();
            return Err(error.into());
        }
        // The provider goes on without the stream: what is missing is fetched.
        *delivered = true;
        let reply = job.finish(error.take_partial().unwrap_or_default()).await?;
        self.tell_rest(&reply, arrived).await?;
        Ok(reply)
    }

    /// Shows what a whole reply has beyond the pieces of it that were shown.
    async fn tell_rest(&self, reply: &Response, arrived: &mut Arrived) -> Result<(), Held> {
        for delta in arrived.rest_of(reply) {
            arrived.add(&delta);
            self.show(delta, arrived).await?;
        }
        Ok(())
    }
}

/// How long to wait between attempts, ever longer.
fn waits(policy: &RetryPolicy) -> impl Iterator<Item = Duration> + use<> {
    ExponentialBuilder::default()
        .with_min_delay(policy.first_wait / 2)
        .with_max_delay(policy.longest_wait / 2)
        .without_max_times()
        .with_jitter()
        .build()
}

/// What ends the attempts: the failure before this one, unless what comes now is for good.
///
/// What went wrong is why it ends; that it cannot be mended is the lesser news.
fn after(error: ModelError, kind: ErrorKind) -> Unanswered {
    match kind {
        ErrorKind::HookPanicked { .. } => kind.into(),
        ErrorKind::Denied { ref denied, .. } if !denied.lets_another_be_asked() => kind.into(),
        _ => error.into(),
    }
}

/// Gives an attempt up that takes too long.
async fn within(
    limit: Duration,
    attempt: impl Future<Output = Result<Response, Broken>>,
) -> Result<Response, Broken> {
    tokio::time::timeout(limit, attempt).await.unwrap_or_else(|_| {
        let kind = ModelErrorKind::Transport { phase: Phase::Total, sent: Sent::Maybe };
        let limit = limit.as_secs_f64();
        let error = ModelError::new(kind, format!("the attempt took longer than {limit} s"));
        Err(error.into())
    })
}
