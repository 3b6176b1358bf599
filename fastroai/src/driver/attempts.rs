//! Asking a model, as often as it takes and the policy allows.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use fastroai_providers::error::ProtocolFault;
use fastroai_providers::{Model, ModelError, Request, Response, RetryClass, StreamEvent};
use futures_util::StreamExt;
use tracing::{Instrument, Span};

use super::Run;
use super::arrived::Arrived;
use super::candidate::Candidate;
use super::unsettled::Unsettled;
use crate::error::{ErrorKind, model_word};
use crate::runtime::LONGEST_RETRY_AFTER;
use crate::telemetry;

/// Why there is no reply.
pub(super) enum Unanswered {
    /// Nothing was sent: it could not be paid for.
    Unpaid(ErrorKind),
    /// The model could not be asked.
    Failed(ModelError),
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
        let span = telemetry::chat(candidate.model.id(), request, self.sink.is_streaming());
        if let Some(conversation) = &self.scope.labels().conversation_id {
            span.record("gen_ai.conversation.id", conversation.as_str());
        }
        let unended = telemetry::Unended::new(&span);
        let asked = self.attempts_in(candidate, turn, request, requests, arrived, &span);
        let asked = asked.instrument(span.clone()).await;
        unended.end();
        match &asked {
            Ok(_) => {}
            Err(Unanswered::Failed(error)) => telemetry::failed(&span, error_word(error)),
            Err(Unanswered::Unpaid(kind)) => telemetry::failed(&span, kind.word()),
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
        let mut waits = ExponentialBuilder::default()
            .with_min_delay(policy.first_wait / 2)
            .with_max_delay(policy.longest_wait / 2)
            .without_max_times()
            .with_jitter()
            .build();
        let mut spent = telemetry::Spent::new(span);
        let mut taken = 0;
        let mut ambiguous = 0;
        let mut attempt: u32 = 0;
        let payer = candidate.payer(&self.scope);
        let tier = request.settings.service_tier.as_deref();
        let mut failure: Option<ModelError> = None;
        loop {
            let reserved = match (payer.reserve(request).await, failure.take()) {
                (Ok(reserved), _) => reserved,
                (Err(kind), None) => return Err(Unanswered::Unpaid(kind)),
                // What went wrong is why it ends; that it cannot be mended is the lesser news.
                (Err(_), Some(error)) => return Err(error.into()),
            };
            let settings = reserved.settings(request.settings);
            let mut request = *request;
            request.settings = &settings;
            let request = &request;
            attempt = attempt.saturating_add(1);
            *requests = requests.saturating_add(1);
            let mut delivered = false;
            let mut unsettled = Unsettled::new(payer, tier, reserved, (turn, attempt));
            let outcome = self.once(&**model, request, &mut delivered, arrived).await;
            span.record("fastroai.attempts", i64::from(attempt));
            let error = match outcome {
                Ok(mut reply) => {
                    reply.provider.get_or_insert_with(|| model.id().provider().to_owned());
                    let cost = unsettled.price(&reply).await;
                    unsettled.settle();
                    spent.add(&reply.usage, cost);
                    telemetry::replied(span, &reply);
                    budget.refund(taken);
                    return Ok(reply);
                }
                Err(error) => error,
            };
            if let Some(partial) = error.partial() {
                let cost = unsettled.price(partial).await;
                spent.add(&partial.usage, cost);
            }
            unsettled.fail(&error);
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
            tracing::debug!(
                target: "fastroai",
                attempt = i64::from(attempt),
                wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX),
                reason = error_word(&error),
                "asking again"
            );
            failure = Some(error);
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

    /// One attempt, whole or streamed.
    async fn once(
        &self,
        model: &dyn Model,
        request: &Request<'_>,
        delivered: &mut bool,
        arrived: &mut Arrived,
    ) -> Result<Response, ModelError> {
        if !self.sink.is_streaming() {
            return model.request(request).await;
        }
        arrived.clear();
        self.sink.reply_begins();
        let mut stream = model.stream(request).await?;
        while let Some(event) = stream.next().await {
            match event? {
                StreamEvent::Delta(delta) => {
                    *delivered = true;
                    arrived.add(&delta);
                    self.sink.delta(delta);
                }
                StreamEvent::Done(reply) => return Ok(*reply),
                _ => {}
            }
        }
        Err(ModelError::protocol(ProtocolFault::Truncated, "the stream ended without a reply"))
    }
}

fn error_word(error: &ModelError) -> &str {
    error.code().unwrap_or_else(|| model_word(error))
}
