//! Requests that are on their way, and end up on the bill whatever becomes of them.

use fastroai_providers::error::{ProviderFault, Sent};
use fastroai_providers::{ModelError, ModelErrorKind, Response};

use super::payer::{Payer, Reserved, Terms};
use crate::money::{Cost, Line, Pending};
use crate::telemetry::events;

/// A request that is not on the bill yet.
///
/// Dropped before it is settled, as when its run is cancelled or its connection breaks, it goes on
/// the bill as failed: it may have been served, and nobody knows for how much.
/// What was set aside for it then stays held.
pub(crate) struct Unsettled<'a> {
    payer: Payer<'a>,
    terms: Terms<'a>,
    reserved: Reserved,
    line: Option<Line>,
    pending: Pending,
}

impl<'a> Unsettled<'a> {
    pub(crate) fn new(
        payer: Payer<'a>,
        terms: Terms<'a>,
        reserved: Reserved,
        (turn, attempt): (u32, u32),
    ) -> Self {
        let id = payer.model.id();
        let mut line = Line::new(turn, attempt, id.provider(), id.name()).failed();
        line.cost = payer.model.profile().free.then_some(Cost::ZERO);
        line.lowered_to = reserved.max_tokens.filter(|_| reserved.lowered);
        line.held = reserved.amount().filter(|held| !held.is_zero());
        let pending = payer.scope.meter().begin(line.clone());
        Self { payer, terms, reserved, line: Some(line), pending }
    }

    /// Notes what has arrived and what it cost, by the model that answered.
    pub(crate) async fn price(&mut self, reply: &Response) -> Option<Cost> {
        let line = self.line.as_mut()?;
        if let Some(provider) = &reply.provider {
            line.provider.clone_from(provider);
        }
        if let Some(model) = &reply.model {
            line.model.clone_from(model);
        }
        line.usage.clone_from(&reply.usage);
        line.service_tier.clone_from(&reply.service_tier);
        let quote = self.payer.quote(self.terms, line).await;
        line.incomplete = quote.cost.is_some() && !quote.complete;
        line.cost = quote.cost;
        line.prices = quote.table.map(|table| table.to_string());
        if line.cost.is_none() || line.incomplete {
            events::no_price(self.payer.scope.emitter(), line);
        }
        line.cost
    }

    /// Puts it on the bill as one that went well.
    pub(crate) fn settle(mut self) {
        if let Some(line) = &mut self.line {
            line.failed = false;
        }
    }

    /// Puts it on the bill as failed: at no cost where it was turned away unread, and not at all
    /// where nothing was asked.
    pub(crate) fn fail(mut self, error: &ModelError) {
        match unreported(error) {
            Unreported::NotAsked => self.line = None,
            Unreported::Nothing => {
                if let Some(line) = &mut self.line {
                    line.cost = Some(Cost::ZERO);
                }
            }
            Unreported::Unknown => {}
        }
    }
}

impl Drop for Unsettled<'_> {
    fn drop(&mut self) {
        let reserved = std::mem::take(&mut self.reserved);
        if let Some(line) = &mut self.line {
            match line.total().exact() {
                Some(cost) => {
                    line.held = None;
                    reserved.settle(cost);
                }
                None => reserved.possibly_paid(line.cost.unwrap_or_default()),
            }
        }
        self.payer.scope.meter().end(&self.pending, self.line.as_ref());
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

fn unreported(error: &ModelError) -> Unreported {
    use ModelErrorKind::{Config, Provider, Transport};
    match error.kind() {
        Config => Unreported::NotAsked,
        // An answer that had begun was being made, whatever stopped it.
        _ if error.partial().is_some() => Unreported::Unknown,
        Provider(ProviderFault::Server | ProviderFault::Timeout) => Unreported::Unknown,
        Provider(ProviderFault::Other) if error.status().is_none_or(|status| status >= 500) => {
            Unreported::Unknown
        }
        Transport { sent: Sent::No, .. } | Provider(_) => Unreported::Nothing,
        _ => Unreported::Unknown,
    }
}
