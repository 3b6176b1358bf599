//! Which model is asked, and when another one.

use fastroai_providers::error::ProviderFault;
use fastroai_providers::{ModelError, ModelErrorKind, Response, RetryClass, Usage};

use super::arrived::Arrived;
use super::candidate::Candidate;
use super::{Ended, Run};
use crate::error::ErrorKind;
use crate::money::Bill;
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
        let asked = self.scope.guard(self.ask_models(turn, ended, &mut arrived)).await;
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
            self.can_pay().map_err(Unanswered::Unpaid)?;
            let candidate = self.candidates.at(ended.asked);
            let instructions = candidate.instructions(&told);
            let request = candidate.request(&instructions, ended.state.messages(), self.order);
            let requests = &mut ended.requests;
            let error = match self.attempts(candidate, turn, &request, requests, arrived).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
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

    /// Refuses a run under a budget with a model that nobody knows the price of.
    async fn are_priced(&self, turn: u32) -> Result<(), ErrorKind> {
        if turn > 1 || self.scope.budgets().is_empty() {
            return Ok(());
        }
        for candidate in self.candidates.iter() {
            self.is_priced(candidate).await?;
        }
        Ok(())
    }

    async fn is_priced(&self, candidate: &Candidate) -> Result<(), ErrorKind> {
        if candidate.is_free() || candidate.rates.is_some() {
            return Ok(());
        }
        let id = candidate.model.id();
        let prices = self.scope.runtime().prices();
        prices.ready().await;
        let mut one = Usage::default();
        (one.input_tokens, one.output_tokens) = (Some(1), Some(1));
        match prices.price(id.provider(), id.name(), &one) {
            Some(_) => Ok(()),
            None => Err(ErrorKind::UnknownPrice { model: id.to_string() }),
        }
    }

    /// Refuses a request when a budget is spent, or when what was spent cannot be known.
    fn can_pay(&self) -> Result<(), ErrorKind> {
        for (budget, meter) in self.scope.budgets() {
            let spent = meter.spent();
            if spent.known() >= *budget {
                return Err(ErrorKind::Budget { budget: *budget, spent });
            }
            // A failed attempt of unknown cost does not end a run; an answer does.
            let bill = if spent.exact().is_none() { meter.bill() } else { Bill::default() };
            if let Some(line) = bill.lines().iter().find(|line| !line.failed && line.cost.is_none())
            {
                let model = format!("{}:{}", line.provider, line.model);
                return Err(ErrorKind::UnknownUsage { model });
            }
        }
        Ok(())
    }
}
