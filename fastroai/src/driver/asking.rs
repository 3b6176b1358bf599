//! Which model is asked, and when another one.

use fastroai_providers::error::ProviderFault;
use fastroai_providers::{ModelError, ModelErrorKind, Response, RetryClass};

use super::arrived::Arrived;
use super::{Ended, Run, attempts};
use crate::error::ErrorKind;
use crate::run::{Event, Stop};

/// Why there is no reply.
enum Unanswered {
    /// Nothing was sent: it could not be paid for.
    Unpaid(ErrorKind),
    /// The models that were asked could not be.
    Failed(Vec<ModelError>),
}

impl Run<'_, '_> {
    /// Asks a model for the next reply.
    pub(super) async fn ask(&self, turn: u32, ended: &mut Ended) -> Event {
        let mut arrived = Arrived::default();
        // On the heap: runs inside runs are polled on top of one another.
        let asking = Box::pin(self.ask_models(turn, ended, &mut arrived));
        let asked = self.scope.guard(asking).await;
        let provider = self.candidates.at(ended.asked).model.id().provider();
        let kept = |mut partial: Response| {
            partial.provider.get_or_insert_with(|| provider.to_owned());
            partial
        };
        match asked {
            Ok(Ok(reply)) => Event::Replied { reply },
            Ok(Err(Unanswered::Failed(mut errors))) => {
                let partial = errors.last_mut().and_then(ModelError::take_partial);
                let partial = partial.or_else(|| arrived.into_reply()).map(kept);
                ended.failure = Some(ErrorKind::of_models(errors));
                Event::ModelFailed { partial }
            }
            Ok(Err(Unanswered::Unpaid(kind))) => {
                ended.failure = Some(kind);
                Event::Stopped { stop: Stop::Budget, partial: None }
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
        self.are_priced(turn).await.map_err(Unanswered::Unpaid)?;
        let told = (self.order.instructions)();
        let mut errors = Vec::new();
        loop {
            let candidate = self.candidates.at(ended.asked);
            let instructions = candidate.instructions(&told);
            let shape = self.shape(candidate, turn, &instructions, ended).await;
            let shape = shape.map_err(Unanswered::Unpaid)?;
            let said = ended.state.messages();
            let messages = ended.sent.as_ref().map_or(said, |sent| &sent.messages);
            let mut request = candidate.request(&instructions, messages, self.order);
            shape.apply(&mut request);
            let requests = &mut ended.requests;
            let error = match self.attempts(candidate, turn, &request, requests, arrived).await {
                Ok(reply) => return Ok(reply),
                Err(attempts::Unanswered::Failed(error)) => error,
                Err(attempts::Unanswered::Unpaid(kind)) => return Err(Unanswered::Unpaid(kind)),
            };
            let another = self.another_may_help(&error) && arrived.is_empty();
            errors.push(error);
            if !another || errors.len() >= self.candidates.count() {
                return Err(Unanswered::Failed(errors));
            }
            ended.asked = (ended.asked + 1) % self.candidates.count();
            tracing::warn!(
                target: "fastroai",
                failed = candidate.model.id().as_str(),
                next = self.candidates.at(ended.asked).model.id().as_str(),
                "asking another model"
            );
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
