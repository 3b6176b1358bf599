//! Which model is asked, and when another one.

use std::borrow::Cow;

use fastroai_providers::error::ProviderFault;
use fastroai_providers::{ModelError, ModelErrorKind, Response, RetryClass};

use super::arrived::Arrived;
use super::guarded::withhold;
use super::said::said;
use super::{Ended, Run, attempts};
use crate::error::ErrorKind;
use crate::run::{Event, Stop};
use crate::telemetry::events;

/// Why there is no reply.
enum Unanswered {
    /// The run must end: what it asks for is not paid, not allowed, or more than it may use.
    Stopped(Box<attempts::Stopped>),
    /// The models that were asked could not be.
    Failed(Vec<ModelError>),
}

impl From<ErrorKind> for Unanswered {
    fn from(kind: ErrorKind) -> Self {
        Self::Stopped(Box::new(attempts::Stopped { kind, partial: None }))
    }
}

/// Whether a hook has said no to this model alone.
fn lets_another_be_asked(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::Denied { denied, .. } if denied.lets_another_be_asked())
}

fn stop_of(kind: &ErrorKind) -> Stop {
    use ErrorKind::{Blocked, Denied, GuardFailed, HookPanicked, UsageLimit};
    match kind {
        Denied { .. }
        | HookPanicked { .. }
        | UsageLimit(_)
        | Blocked { .. }
        | GuardFailed { .. } => Stop::Denied,
        _ => Stop::Budget,
    }
}

impl Run<'_, '_> {
    /// Asks a model for the next reply.
    pub(super) async fn ask(&self, turn: u32, ended: &mut Ended) -> Event {
        let mut arrived = Arrived::behind(self.hold_back());
        // On the heap: runs inside runs are polled on top of one another.
        let asking = Box::pin(self.ask_models(turn, ended, &mut arrived));
        let asked = self.scope.guard(asking).await;
        let mut held = arrived.held.take();
        let provider = self.candidates.at(ended.asked).model.id().provider();
        let kept = |mut partial: Response| {
            partial.provider.get_or_insert_with(|| provider.to_owned());
            self.keep_seen(&mut partial, held.as_deref());
            partial
        };
        match asked {
            Ok(Ok(reply)) if self.guarded.is_empty() => Event::Replied { reply },
            Ok(Ok(reply)) => Box::pin(self.let_in(reply, &mut held, ended)).await,
            Ok(Err(Unanswered::Failed(mut errors))) => {
                let partial = errors.last_mut().and_then(ModelError::take_partial);
                let partial = partial.or_else(|| arrived.into_reply()).map(kept);
                ended.failure = Some(ErrorKind::of_models(errors));
                Event::ModelFailed { partial }
            }
            Ok(Err(Unanswered::Stopped(stopped))) => {
                let attempts::Stopped { kind, partial } = *stopped;
                let stop = stop_of(&kind);
                let is_blocked =
                    matches!(kind, ErrorKind::Blocked { .. } | ErrorKind::GuardFailed { .. });
                ended.failure = Some(kind);
                let mut partial = partial.or_else(|| arrived.into_reply()).map(kept);
                partial.iter_mut().filter(|_| is_blocked).for_each(withhold);
                Event::Stopped { stop, partial }
            }
            Err(stop) => Event::Stopped { stop, partial: arrived.into_reply().map(kept) },
        }
    }

    /// Asks the model that answered last, and then the others in their order, each once.
    async fn ask_models(
        &self,
        turn: u32,
        ended: &mut Ended,
        arrived: &mut Arrived,
    ) -> Result<Response, Unanswered> {
        self.are_priced(turn).await?;
        let told = (self.order.instructions)();
        let mut errors = Vec::new();
        let mut asked = 0;
        let mut denied = None;
        loop {
            let candidate = self.candidates.at(ended.asked);
            let instructions = candidate.instructions(&told);
            let shape = self.shape(candidate, turn, &instructions, ended).await?;
            let messages = match &ended.sent {
                Some(sent) => Cow::Borrowed(sent.messages.as_slice()),
                None => said(ended.state.messages()),
            };
            let mut request = candidate.request(&instructions, &messages, self.order);
            shape.apply(&mut request);
            let requests = &mut ended.requests;
            let another = match self.attempts(candidate, turn, &request, requests, arrived).await {
                Ok(reply) => return Ok(reply),
                Err(attempts::Unanswered::Failed(error)) => {
                    let another = self.another_may_help(&error) && arrived.is_empty();
                    errors.push(error);
                    another
                }
                Err(attempts::Unanswered::Stopped(stopped)) => {
                    if !lets_another_be_asked(&stopped.kind) {
                        return Err(Unanswered::Stopped(stopped));
                    }
                    denied = Some(stopped);
                    true
                }
            };
            asked += 1;
            if !another || asked >= self.candidates.count() {
                // What went wrong is the news; that others were not even asked is the lesser one.
                return Err(match denied {
                    Some(denied) if errors.is_empty() => Unanswered::Stopped(denied),
                    _ => Unanswered::Failed(errors),
                });
            }
            ended.asked = (ended.asked + 1) % self.candidates.count();
            let next = self.candidates.at(ended.asked).model.id();
            let failed = candidate.model.id();
            let emitter = self.scope.emitter();
            events::asking_another(emitter, failed.as_str(), next.as_str());
        }
    }

    /// Whether another model may do better: the failure is none of the request.
    fn another_may_help(&self, error: &ModelError) -> bool {
        use ModelErrorKind::{Protocol, Provider, Transport};
        use ProviderFault::{ContentFilter, InvalidRequest, Other};
        let ambiguous = error.retry_class() == RetryClass::Ambiguous;
        if ambiguous && !self.scope.runtime().retry().repeat_ambiguous {
            return false;
        }
        match error.kind() {
            Provider(ContentFilter | InvalidRequest) => false,
            Provider(Other) => error.status().is_none_or(|status| status >= 500),
            Transport { .. } | Protocol(_) | Provider(_) => true,
            _ => false,
        }
    }

    /// Refuses a run under a budget with a model that nobody knows the price of, be it the last.
    async fn are_priced(&self, turn: u32) -> Result<(), ErrorKind> {
        if turn > 1 {
            return Ok(());
        }
        for candidate in self.candidates.iter() {
            candidate.payer(&self.scope).is_priced().await?;
        }
        Ok(())
    }
}
