//! What models cost: the public list, and what someone set in its place.

#[cfg(feature = "prices")]
mod catalogue;
#[cfg(not(feature = "prices"))]
#[path = "prices/no_catalogue.rs"]
mod catalogue;
mod pattern;
mod tariff;

use std::sync::Arc;

use fastroai_providers::Usage;

pub use pattern::OverrideError;

use super::counts::possible;
use super::{Cost, Rates};
use catalogue::Listed;
use pattern::Pattern;
pub(crate) use tariff::Tariff;
pub(super) use tariff::at_rate;

/// What models cost. Cheap to clone.
///
/// ```
/// use fastroai::money::{Cost, Prices, Rates};
/// # use fastroai_providers::Usage;
/// let prices = Prices::standard()
///     .with_override("acme:*", Rates::per_million("1.00", "2.00").unwrap())?;
/// let mut usage = Usage::default();
/// (usage.input_tokens, usage.output_tokens) = (Some(1_000), Some(1_000));
/// assert_eq!(prices.price("acme", "large", &usage), Some(Cost::from_microdollars(3_000)));
/// assert_eq!(prices.price("acme-2", "large", &usage), None);
/// # Ok::<(), fastroai::money::OverrideError>(())
/// ```
#[derive(Debug, Clone)]
#[doc(alias = "CostCalculator")]
pub struct Prices {
    overrides: Arc<Vec<(Pattern, Rates)>>,
    listed: bool,
}

impl Prices {
    /// The list prices of the known models, from the `genai-prices` catalogue.
    ///
    /// Without the feature `prices` no list price is known, and only overrides have one.
    #[must_use]
    pub fn standard() -> Self {
        Self { overrides: Arc::default(), listed: true }
    }

    /// No price at all, but for the overrides that are added.
    #[must_use]
    pub fn unlisted() -> Self {
        Self { overrides: Arc::default(), listed: false }
    }

    /// Sets the rates of the models that a pattern names.
    ///
    /// The pattern is `provider:model` or a bare model name for every provider; a `*` at its end
    /// stands for any rest. A name without `*` also stands for its dated snapshots: `gpt-4o` is
    /// `gpt-4o-2024-08-06` too. Letter case does not matter. Of several patterns that match, the one
    /// that says most wins: a name before a snapshot, a snapshot before a `*`, a longer beginning
    /// before a shorter one, one with a provider before one without; then the one added last.
    ///
    /// # Errors
    /// Where the pattern could never match: it is empty, has spaces, or a `*` before its end.
    #[doc(alias = "add_pricing_override")]
    #[doc(alias = "pricing_overrides")]
    pub fn with_override(mut self, pattern: &str, rates: Rates) -> Result<Self, OverrideError> {
        let pattern = pattern.parse()?;
        Arc::make_mut(&mut self.overrides).push((pattern, rates));
        Ok(self)
    }

    /// What this usage costs; `None` where the price, or what was used, is unknown.
    ///
    /// `provider` and `model` are the halves of `provider:model`. An override comes before the
    /// list. Counts that contradict each other are clamped to what is possible first.
    #[must_use]
    #[doc(alias = "calculate_cost")]
    pub fn price(&self, provider: &str, model: &str, usage: &Usage) -> Option<Cost> {
        self.price_in_tier(provider, model, None, None, usage)
    }

    /// What a reply costs, by the model that answered and the one that was asked.
    ///
    /// The first of these decides: an override for the model that answered, an override for the
    /// one asked, the list price of the one that answered, the list price of the one asked.
    #[must_use]
    pub fn price_reply(
        &self,
        provider: &str,
        asked: &str,
        answered: Option<&str>,
        usage: &Usage,
    ) -> Option<Cost> {
        self.price_in_tier(provider, asked, answered, None, usage)
    }

    /// The same in the service tier that was asked for; overrides are the same in every tier.
    pub(crate) fn price_in_tier(
        &self,
        provider: &str,
        asked: &str,
        answered: Option<&str>,
        tier: Option<&str>,
        usage: &Usage,
    ) -> Option<Cost> {
        let models = || answered.into_iter().chain([asked]);
        if let Some(rates) = models().find_map(|model| self.rates(provider, model)) {
            return rates.cost(usage);
        }
        if !self.listed {
            return None;
        }
        let usage = possible(usage);
        let listed = |model| Listed { provider, model, tier, at: None };
        models().find_map(|model| catalogue::price(listed(model), &usage))
    }

    /// What a request to a model can cost at the dearest, by its own rates or by its agent's.
    /// `None` where no price is known for it.
    pub(crate) fn tariff(
        &self,
        provider: &str,
        model: &str,
        tier: Option<&str>,
    ) -> Option<Arc<Tariff>> {
        match self.rates(provider, model) {
            Some(rates) => Some(Arc::new(Tariff::of(rates))),
            None if self.listed => tariff::listed(provider, model, tier),
            None => None,
        }
    }

    /// How many tokens a model can take in.
    pub(crate) fn context_window(&self, provider: &str, model: &str) -> Option<u64> {
        if self.listed { catalogue::context_window(provider, model) } else { None }
    }

    /// The rates that were set for a model.
    #[must_use]
    pub fn rates(&self, provider: &str, model: &str) -> Option<Rates> {
        let (provider, model) = (provider.to_ascii_lowercase(), model.to_ascii_lowercase());
        let matches = self
            .overrides
            .iter()
            .filter_map(|(pattern, rates)| Some((pattern.matches(&provider, &model)?, rates)));
        matches.max_by_key(|(closeness, _)| *closeness).map(|(_, rates)| *rates)
    }

    /// Starts to read the catalogue on a thread of its own, once in a process.
    ///
    /// It takes some tens of milliseconds; until it is read, the first price waits for it.
    pub fn warm(&self) {
        if self.listed {
            catalogue::warm();
        }
    }

    /// Whether a price can be had without waiting.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        !self.listed || catalogue::is_ready()
    }

    /// Waits until a price can be had without waiting, and holds up no other task meanwhile.
    ///
    /// It needs no runtime in particular.
    pub async fn ready(&self) {
        if self.listed {
            catalogue::ready().await;
        }
    }
}

impl Default for Prices {
    fn default() -> Self {
        Self::standard()
    }
}
