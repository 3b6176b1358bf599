//! Who pays for a request to a model: money is set aside before it is sent.

use std::borrow::Cow;
use std::sync::Arc;

use fastroai_providers::{Model, Request, Settings, Usage};

use super::counted;
use crate::error::ErrorKind;
use crate::hook::Origin;
use crate::money::{
    self, Asked, Boundless, Budget, Cost, Hold, Line, Quote, Rates, Refusal, Tariff, Unbounded,
    WorstCase,
};
use crate::scope::Scope;
use crate::telemetry::events;

/// The limit of output tokens under a budget where none was set: without one, nobody could say
/// what a request may cost.
const MAX_TOKENS_UNDER_BUDGET: u32 = 4_096;

/// An answer of fewer tokens is hardly one: rather than less, nothing is asked for.
const LEAST_TOKENS: u32 = 1_024;

/// A scope that pays for requests to a model.
#[derive(Clone, Copy)]
pub(crate) struct Payer<'a> {
    pub(crate) scope: &'a Scope,
    pub(crate) model: &'a dyn Model,
    /// Prices that win over all others.
    pub(crate) rates: Option<&'a Rates>,
}

/// What is set aside for a request.
#[derive(Default)]
pub(crate) struct Reserved {
    holds: Vec<Hold>,
    /// The limit of output tokens to send instead of the request's own.
    pub(crate) max_tokens: Option<u32>,
    /// That limit is lower than what was asked for.
    pub(crate) lowered: bool,
}

impl Payer<'_> {
    fn is_free(&self) -> bool {
        self.model.profile().free
    }

    /// Refuses a model under a budget that nobody knows the price of.
    pub(super) async fn is_priced(&self) -> Result<(), ErrorKind> {
        let hard = self.scope.accounts().iter().any(Budget::is_hard);
        if !hard || self.is_free() || self.tariff(None).await.is_some() {
            return Ok(());
        }
        Err(ErrorKind::UnknownPrice { model: self.model.id().to_string() })
    }

    /// Sets the worst case of a request aside on all accounts that pay for it.
    ///
    /// Where it does not fit by its bytes, the provider is asked to count it. Money that is held
    /// for others is waited for; where some is spent, the answer may be shorter instead.
    pub(crate) async fn reserve(
        &self,
        request: &Request<'_>,
        origin: &Origin<'_>,
    ) -> Result<Reserved, ErrorKind> {
        let accounts = self.scope.accounts();
        if accounts.is_empty() {
            return Ok(Reserved::default());
        }
        let limits = [request.settings.max_tokens, self.model.profile().default_max_tokens];
        let asked = limits.into_iter().flatten().next().unwrap_or(MAX_TOKENS_UNDER_BUDGET);
        let Some(bound) = self.bound(request).await? else {
            let holds = money::try_reserve(accounts, Cost::ZERO);
            let holds = holds.map_err(|refusal| self.refused(refusal))?;
            return Ok(Reserved { holds, max_tokens: Some(asked), lowered: false });
        };
        if let Ok(holds) = money::try_reserve(accounts, bound.case.writing(asked)) {
            return Ok(Reserved { holds, max_tokens: Some(asked), lowered: false });
        }
        let case = self.counted(request, origin, &bound).await.unwrap_or(bound.case);
        let least = case.writing(asked.min(LEAST_TOKENS));
        let holds = money::reserve(accounts, least, case.writing(asked)).await;
        let holds = holds.map_err(|refusal| self.refused(refusal))?;
        let granted = holds.iter().map(Hold::amount).min().unwrap_or_default();
        let max_tokens = case.affords(granted, asked);
        if max_tokens < asked {
            events::answer_shortened(asked, max_tokens);
        }
        Ok(Reserved { holds, max_tokens: Some(max_tokens), lowered: max_tokens < asked })
    }

    fn refused(&self, refusal: Refusal) -> ErrorKind {
        self.scope.tell_refusal(&refusal);
        refusal.into()
    }

    /// The most that a request can cost; `None` where it is free, or where no account that pays for
    /// it has to know.
    async fn bound(&self, request: &Request<'_>) -> Result<Option<Bound>, ErrorKind> {
        if self.is_free() {
            return Ok(None);
        }
        let hard = self.scope.accounts().iter().any(Budget::is_hard);
        let Some(tariff) = self.tariff(request.settings.service_tier.as_deref()).await else {
            let model = self.model.id().to_string();
            return if hard { Err(ErrorKind::UnknownPrice { model }) } else { Ok(None) };
        };
        match self.worst_case(request, &tariff, None) {
            Ok(case) => Ok(Some(Bound { case, tariff })),
            Err(unbounded) if hard => Err(unbounded.into()),
            Err(_) => Ok(None),
        }
    }

    fn worst_case(
        &self,
        request: &Request<'_>,
        tariff: &Tariff,
        counted: Option<u64>,
    ) -> Result<WorstCase, Unbounded> {
        let id = self.model.id();
        WorstCase::of(request, id.provider(), id.name(), tariff, counted)
    }

    /// The most that a request can cost by what its provider counts, where it does and that is less.
    async fn counted(
        &self,
        request: &Request<'_>,
        origin: &Origin<'_>,
        bound: &Bound,
    ) -> Option<WorstCase> {
        let counted = counted(origin, self.model, request).await?;
        let case = self.worst_case(request, &bound.tariff, Some(counted)).ok()?;
        (case.input < bound.case.input).then_some(case)
    }

    async fn tariff(&self, tier: Option<&str>) -> Option<Arc<Tariff>> {
        if let Some(rates) = self.rates {
            let id = self.model.id();
            return Some(Arc::new(Tariff::of(*rates, id.provider(), id.name())));
        }
        let (id, prices) = (self.model.id(), self.scope.runtime().prices());
        prices.ready().await;
        prices.tariff(id.provider(), id.name(), tier)
    }

    /// How many tokens the model can take in, where the price list says it.
    pub(crate) async fn context_window(&self) -> Option<u64> {
        if self.is_free() {
            return None;
        }
        let (id, prices) = (self.model.id(), self.scope.runtime().prices());
        prices.ready().await;
        prices.context_window(id.provider(), id.name())
    }

    /// What a reply cost, as far as it is known, by what was asked for and the line of it.
    pub(crate) async fn quote(&self, terms: Terms<'_>, line: &Line) -> Quote {
        if self.is_free() {
            return Quote::FREE;
        }
        let prices = self.scope.runtime().prices();
        if self.rates.is_none() {
            prices.ready().await;
        }
        let asked = Asked {
            provider: &line.provider,
            model: self.model.id().name(),
            answered: Some(&line.model),
            tier: terms.tier,
            served: line.service_tier.as_deref(),
            rates: self.rates,
        };
        let mut quote = prices.quote(asked, &line.usage);
        quote.complete &= !terms.unreported_fees;
        quote
    }

    /// What a reply of this usage would cost in a tier of service; `None` where nobody knows.
    pub(crate) async fn price(&self, tier: Option<&str>, usage: &Usage) -> Option<Cost> {
        if self.is_free() {
            return Some(Cost::ZERO);
        }
        let prices = self.scope.runtime().prices();
        if self.rates.is_none() {
            prices.ready().await;
        }
        let (id, rates) = (self.model.id(), self.rates);
        let (provider, model) = (id.provider(), id.name());
        prices.quote(Asked { provider, model, tier, rates, ..Asked::default() }, usage).exact()
    }
}

/// What of a request decides its price beside its tokens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms<'a> {
    tier: Option<&'a str>,
    unreported_fees: bool,
}

impl<'a> Terms<'a> {
    pub(crate) fn of(request: &Request<'a>) -> Self {
        let tier = request.settings.service_tier.as_deref();
        Self { tier, unreported_fees: money::has_unreported_fees(request) }
    }
}

/// What a request can cost, and the rates by which.
struct Bound {
    case: WorstCase,
    tariff: Arc<Tariff>,
}

impl Reserved {
    /// How to generate within what is set aside.
    pub(crate) fn settings<'s>(&self, asked: &'s Settings) -> Cow<'s, Settings> {
        match self.max_tokens {
            Some(limit) if asked.max_tokens != Some(limit) => {
                Cow::Owned(Settings { max_tokens: Some(limit), ..asked.clone() })
            }
            _ => Cow::Borrowed(asked),
        }
    }

    /// How much is held.
    pub(crate) fn amount(&self) -> Option<Cost> {
        self.holds.iter().map(Hold::amount).max()
    }

    /// Spends what it cost in the end, and gives the rest back.
    pub(crate) fn settle(self, cost: Cost) {
        for hold in self.holds {
            hold.settle(cost);
        }
    }

    /// Keeps what may have been paid: so much was for sure.
    pub(crate) fn possibly_paid(self, known: Cost) {
        for hold in self.holds {
            hold.possibly_paid(known);
        }
    }
}

impl From<Unbounded> for ErrorKind {
    fn from(unbounded: Unbounded) -> Self {
        Self::Unbounded(match unbounded {
            Unbounded::HostedTool(Boundless::Fee) => {
                "a tool that the provider runs has no known fee".to_owned()
            }
            Unbounded::HostedTool(Boundless::Uses) => {
                "nothing limits how often the provider runs a tool: set its `max_uses`, or \
                 `max_tool_calls` of the request"
                    .to_owned()
            }
            Unbounded::Field(field) => {
                format!("the field `{field}` of `extra_body` changes what is paid for")
            }
            Unbounded::TooLarge => "it is more than an amount can be".to_owned(),
        })
    }
}
