//! What models cost: the public list, and what someone set in its place.

#[cfg(feature = "prices")]
mod catalogue;
#[cfg(not(feature = "prices"))]
#[path = "prices/no_catalogue.rs"]
mod catalogue;
mod overrides;
mod pattern;
mod quote;
mod tariff;
mod tier;

use std::sync::Arc;

use fastroai_providers::Usage;

pub use overrides::Overrides;
pub use pattern::OverrideError;

use super::{Cost, Rates};
use pattern::Pattern;
pub(crate) use quote::{Asked, Quote};
pub(crate) use tariff::Tariff;
pub(super) use tariff::at_rate;
pub(crate) use tier::is_ordinary as is_ordinary_tier;

/// What models cost. Cheap to clone; what was set once does not change.
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
    overrides: Arc<Vec<Override>>,
    listed: bool,
    /// What the overrides are called on a bill.
    version: Option<Arc<str>>,
}

#[derive(Debug, Clone)]
struct Override {
    pattern: Pattern,
    /// In small letters; `None` for the ordinary tier.
    tier: Option<String>,
    rates: Rates,
}

impl Prices {
    /// The list prices of the known models, from the `genai-prices` catalogue.
    ///
    /// Without the feature `prices` no list price is known, and only overrides have one.
    #[must_use]
    pub fn standard() -> Self {
        Self { overrides: Arc::default(), listed: true, version: None }
    }

    /// No price at all, but for the overrides that are added.
    #[must_use]
    pub fn unlisted() -> Self {
        Self { overrides: Arc::default(), listed: false, version: None }
    }

    /// Sets the rates of the models that a pattern names, in the ordinary tier of service.
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
    pub fn with_override(self, pattern: &str, rates: Rates) -> Result<Self, OverrideError> {
        Ok(self.set(pattern.parse()?, None, rates))
    }

    /// Sets the rates of the models that a pattern names in one tier of service, by the provider's
    /// word for it: `priority`, `flex`; `batch` is the batch interface of any provider.
    ///
    /// A model that has an override has no list price in any tier: what it costs in one without an
    /// override is unknown, unless it is free.
    ///
    /// # Errors
    /// As of [`with_override`](Self::with_override).
    pub fn with_tier_override(
        self,
        pattern: &str,
        tier: &str,
        rates: Rates,
    ) -> Result<Self, OverrideError> {
        let tier = Some(tier).filter(|tier| !tier::is_ordinary(tier));
        Ok(self.set(pattern.parse()?, tier, rates))
    }

    /// Adds all prices of a file, and takes over its version.
    #[must_use]
    pub fn with_overrides(mut self, overrides: Overrides) -> Self {
        let Overrides { version, models, tiers } = overrides;
        let ordinary = models.0.into_iter().map(|(pattern, rates)| (None, pattern, rates));
        let tiers = tiers.0.into_iter().flat_map(|(tier, models)| {
            models.0.into_iter().map(move |(pattern, rates)| (Some(tier.clone()), pattern, rates))
        });
        for (tier, pattern, rates) in ordinary.chain(tiers) {
            // They were parsed when the file was read.
            if let Ok(pattern) = pattern.parse() {
                self = self.set(pattern, tier.as_deref(), rates);
            }
        }
        match version {
            Some(version) => self.with_version(version),
            None => self,
        }
    }

    fn set(mut self, pattern: Pattern, tier: Option<&str>, rates: Rates) -> Self {
        let tier = tier.map(str::to_ascii_lowercase);
        Arc::make_mut(&mut self.overrides).push(Override { pattern, tier, rates });
        self
    }

    /// Names the overrides: a bill tells which table a cost is from.
    #[must_use]
    pub fn with_version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into().into());
        self
    }

    /// What this usage costs; `None` where the price, or what was used, is unknown.
    ///
    /// `provider` and `model` are the halves of `provider:model`. An override comes before the
    /// list. Counts that contradict each other are clamped to what is possible first.
    #[must_use]
    #[doc(alias = "calculate_cost")]
    pub fn price(&self, provider: &str, model: &str, usage: &Usage) -> Option<Cost> {
        let asked = Asked { provider, model, ..Asked::default() };
        self.quote(asked, usage).exact()
    }

    /// What this usage costs in a tier of service, by the provider's word for it; `batch` is the
    /// batch interface of any provider. `None` where the price of that tier is unknown.
    ///
    /// ```
    /// # use fastroai::money::{Cost, Prices};
    /// # let mut usage = fastroai::Usage::default();
    /// # (usage.input_tokens, usage.output_tokens) = (Some(1_000_000), Some(0));
    /// let prices = Prices::standard();
    /// # #[cfg(feature = "prices")] {
    /// let list = prices.price("openai", "gpt-5", &usage).unwrap();
    /// let batch = prices.price_in_tier("openai", "gpt-5", "batch", &usage).unwrap();
    /// assert_eq!(batch.checked_mul(2), Some(list));
    /// assert_eq!(prices.price_in_tier("openai", "gpt-5", "unheard-of", &usage), None);
    /// # }
    /// ```
    #[must_use]
    pub fn price_in_tier(
        &self,
        provider: &str,
        model: &str,
        tier: &str,
        usage: &Usage,
    ) -> Option<Cost> {
        let asked = Asked { provider, model, tier: Some(tier), ..Asked::default() };
        self.quote(asked, usage).exact()
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
        let asked = Asked { provider, model: asked, answered, ..Asked::default() };
        self.quote(asked, usage).exact()
    }

    /// What a request to a model can cost at the dearest. `None` where no price is known for it.
    pub(crate) fn tariff(
        &self,
        provider: &str,
        model: &str,
        tier: Option<&str>,
    ) -> Option<Arc<Tariff>> {
        let tier = tier.filter(|tier| !tier::is_ordinary(tier));
        if let Some(rates) = self.find(provider, model, tier) {
            return Some(Arc::new(Tariff::of(rates, provider, model)));
        }
        let Some(rates) = self.rates(provider, model) else {
            return if self.listed { tariff::listed(provider, model, tier) } else { None };
        };
        // A tier that is cheaper is bounded by the ordinary one.
        let bounds = rates.is_free() || !tier.is_some_and(tier::is_dearer);
        bounds.then(|| Arc::new(Tariff::of(rates, provider, model)))
    }

    /// How many tokens a model can take in.
    pub(crate) fn context_window(&self, provider: &str, model: &str) -> Option<u64> {
        if self.listed { catalogue::context_window(provider, model) } else { None }
    }

    /// The rates that were set for a model, in the ordinary tier of service.
    #[must_use]
    pub fn rates(&self, provider: &str, model: &str) -> Option<Rates> {
        self.find(provider, model, None)
    }

    fn find(&self, provider: &str, model: &str, tier: Option<&str>) -> Option<Rates> {
        if self.overrides.is_empty() {
            return None;
        }
        let (provider, model) = (provider.to_ascii_lowercase(), model.to_ascii_lowercase());
        let in_tier = |set: &&Override| match (&set.tier, tier) {
            (Some(mine), Some(asked)) => mine.eq_ignore_ascii_case(asked),
            (mine, asked) => mine.is_none() && asked.is_none(),
        };
        let overrides = self.overrides.iter().filter(in_tier);
        let matches =
            overrides.filter_map(|set| Some((set.pattern.matches(&provider, &model)?, set.rates)));
        matches.max_by_key(|(closeness, _)| *closeness).map(|(_, rates)| rates)
    }

    /// Which table the list prices are: the version of the catalogue, or a digest of its prices where
    /// it is another one than this crate was tested with. `None` where there is no list.
    ///
    /// It is on every [`Line`](super::Line) that was priced by it.
    #[must_use]
    pub fn list_version(&self) -> Option<&'static str> {
        if self.listed { catalogue::version() } else { None }
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
