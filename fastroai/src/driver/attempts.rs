//! Asking a model, as often as it takes and the policy allows.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use fastroai_providers::error::{ProtocolFault, ProviderFault, Sent};
use fastroai_providers::{ModelError, Request, Response, RetryClass, StreamEvent, Usage};
use futures_util::StreamExt;
use tracing::{Instrument, Span};

use super::Run;
use crate::money::{Cost, Line, Meter};
use crate::runtime::LONGEST_RETRY_AFTER;
use crate::telemetry;

impl Run<'_, '_> {
    /// Asks the model. Each attempt that may have reached it has its line on the bill.
    pub(super) async fn attempts(
        &self,
        turn: u32,
        request: &Request<'_>,
        requests: &mut u32,
    ) -> Result<Response, ModelError> {
        let span = telemetry::chat(self.model.id(), request, self.sink.is_streaming());
        let unended = telemetry::Unended::new(&span);
        let asked = self.attempts_in(turn, request, requests, &span).instrument(span.clone()).await;
        unended.end();
        if let Err(error) = &asked {
            telemetry::failed(&span, error_word(error));
        }
        asked
    }

    async fn attempts_in(
        &self,
        turn: u32,
        request: &Request<'_>,
        requests: &mut u32,
        span: &Span,
    ) -> Result<Response, ModelError> {
        let policy = self.scope.runtime().retry();
        let budget = self.scope.runtime().retry_budget(self.model.id().provider());
        let mut waits = ExponentialBuilder::default()
            .with_min_delay(policy.first_wait / 2)
            .with_max_delay(policy.longest_wait / 2)
            .without_max_times()
            .with_jitter()
            .build();
        let mut taken = 0;
        let mut ambiguous = 0;
        let mut attempt: u32 = 0;
        loop {
            attempt = attempt.saturating_add(1);
            *requests = requests.saturating_add(1);
            let mut delivered = false;
            let unsettled = self.unsettled(turn, attempt);
            let outcome = self.once(request, &mut delivered).await;
            span.record("fastroai.attempts", i64::from(attempt));
            let error = match outcome {
                Ok(mut reply) => {
                    reply.provider.get_or_insert_with(|| self.model.id().provider().to_owned());
                    let cost = self.cost(&reply).await;
                    unsettled
                        .settle(self.line(turn, attempt, &reply).with(reply.usage.clone(), cost));
                    telemetry::replied(span, &reply, cost);
                    budget.refund(taken);
                    return Ok(reply);
                }
                Err(error) => error,
            };
            if let Some(partial) = error.partial().filter(|partial| !partial.usage.is_unknown()) {
                let cost = self.cost(partial).await;
                let line = self.line(turn, attempt, partial).with(partial.usage.clone(), cost);
                unsettled.settle(line.failed());
            } else {
                unsettled.failed(&error);
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
                return Err(error);
            }
            let Some(wait) = self.wait(&error, waits.next()) else { return Err(error) };
            let Some(cost) = budget.take(class) else { return Err(error) };
            taken = cost;
            tracing::debug!(
                target: "fastroai",
                attempt = i64::from(attempt),
                wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX),
                reason = error_word(&error),
                "asking again"
            );
            tokio::time::sleep(wait).await;
        }
    }

    /// How long to wait before the next attempt; `None` when that is longer than makes sense.
    fn wait(&self, error: &ModelError, ours: Option<Duration>) -> Option<Duration> {
        let wait = match error.retry_after() {
            Some(asked) if asked > LONGEST_RETRY_AFTER => return None,
            Some(asked) => asked,
            None => ours?,
        };
        let in_time = self.scope.time_left().is_none_or(|left| wait < left);
        in_time.then_some(wait)
    }

    /// One attempt, whole or streamed.
    async fn once(
        &self,
        request: &Request<'_>,
        delivered: &mut bool,
    ) -> Result<Response, ModelError> {
        if !self.sink.is_streaming() {
            return self.model.request(request).await;
        }
        self.sink.reply_begins();
        let mut stream = self.model.stream(request).await?;
        while let Some(event) = stream.next().await {
            match event? {
                StreamEvent::Delta(delta) => {
                    *delivered = true;
                    self.sink.delta(delta);
                }
                StreamEvent::Done(reply) => return Ok(*reply),
                _ => {}
            }
        }
        Err(ModelError::protocol(ProtocolFault::Truncated, "the stream ended without a reply"))
    }

    /// A line for what is about to be asked. Nobody knows yet what it costs, unless nothing does.
    fn unsettled(&self, turn: u32, attempt: u32) -> Unsettled<'_> {
        let id = self.model.id();
        let line = Line::new(turn, attempt, id.provider(), id.name());
        let cost = self.is_free().then_some(Cost::ZERO);
        Unsettled { meter: self.meter(), line: Some(line.with(Usage::default(), cost).failed()) }
    }

    /// A line for a reply, in the name of the model that answered.
    fn line(&self, turn: u32, attempt: u32, reply: &Response) -> Line {
        let (provider, answered) = self.answered(reply);
        Line::new(turn, attempt, provider, answered)
    }

    fn answered<'m>(&'m self, reply: &'m Response) -> (&'m str, &'m str) {
        let id = self.model.id();
        let provider = reply.provider.as_deref().unwrap_or(id.provider());
        (provider, reply.model.as_deref().unwrap_or(id.name()))
    }

    /// What a reply cost, at the price of the model that answered.
    async fn cost(&self, reply: &Response) -> Option<Cost> {
        let (provider, answered) = self.answered(reply);
        let cost = self.price(provider, answered, &reply.usage).await;
        if cost.is_none() {
            tracing::warn!(
                target: "fastroai",
                provider,
                model = answered,
                usage_known = !reply.usage.is_unknown(),
                "no price is known for this reply: the bill is incomplete"
            );
        }
        cost
    }

    async fn price(&self, provider: &str, answered: &str, usage: &Usage) -> Option<Cost> {
        if self.is_free() {
            return Some(Cost::ZERO);
        }
        if let Some(rates) = self.rates() {
            return rates.cost(usage);
        }
        let prices = self.scope.runtime().prices();
        prices.ready().await;
        prices.price_reply(provider, self.model.id().name(), Some(answered), usage)
    }
}

/// An attempt that is not on the bill yet. Dropped on its way, as by a cancellation, it leaves a
/// line of unknown cost: the request may have been served.
struct Unsettled<'m> {
    meter: &'m Meter,
    line: Option<Line>,
}

impl Unsettled<'_> {
    fn settle(mut self, line: Line) {
        self.line = None;
        self.meter.record(line);
    }

    /// It failed, and nobody reported what it took.
    fn failed(mut self, error: &ModelError) {
        let Some(mut line) = self.line.take() else { return };
        match cost_unreported(error) {
            Unreported::NotAsked => return,
            Unreported::Nothing => line.cost = Some(Cost::ZERO),
            Unreported::Unknown => {}
        }
        self.meter.record(line);
    }
}

impl Drop for Unsettled<'_> {
    fn drop(&mut self) {
        if let Some(line) = self.line.take() {
            self.meter.record(line);
        }
    }
}

/// What a failed attempt cost whose usage was not reported.
enum Unreported {
    /// There was no attempt.
    NotAsked,
    /// It did not reach the provider, or was turned away unread.
    Nothing,
    /// It may have been served.
    Unknown,
}

fn cost_unreported(error: &ModelError) -> Unreported {
    use fastroai_providers::ModelErrorKind as Kind;
    match error.kind() {
        Kind::Config => Unreported::NotAsked,
        // An answer that had begun was being made, whatever stopped it.
        _ if error.partial().is_some() => Unreported::Unknown,
        Kind::Provider(ProviderFault::Server | ProviderFault::Timeout) => Unreported::Unknown,
        Kind::Provider(ProviderFault::Other)
            if error.status().is_none_or(|status| status >= 500) =>
        {
            Unreported::Unknown
        }
        Kind::Transport { sent: Sent::No, .. } | Kind::Provider(_) => Unreported::Nothing,
        _ => Unreported::Unknown,
    }
}

fn error_word(error: &ModelError) -> &str {
    use fastroai_providers::ModelErrorKind as Kind;
    error.code().unwrap_or(match error.kind() {
        Kind::Config => "config",
        Kind::Transport { .. } => "transport",
        Kind::Protocol(_) => "protocol",
        _ => "provider",
    })
}
