//! What a reply costs, as far as it is known, and by which table.

use std::fmt;
use std::sync::Arc;

use fastroai_providers::Usage;

use super::catalogue::{self, Listed};
use super::{Prices, tier};
use crate::money::counts::possible;
use crate::money::{Cost, Rates};

/// What decides the price of a reply.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Asked<'a> {
    pub(crate) provider: &'a str,
    /// The model that was asked.
    pub(crate) model: &'a str,
    /// The model that answered.
    pub(crate) answered: Option<&'a str>,
    /// The tier that was asked for.
    pub(crate) tier: Option<&'a str>,
    /// The tier that the provider says it served.
    pub(crate) served: Option<&'a str>,
    /// Rates that win over all others, for the tier that was asked for.
    pub(crate) rates: Option<&'a Rates>,
}

/// What a reply costs, as far as it is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Quote {
    /// `None` where nothing of it is known.
    pub(crate) cost: Option<Cost>,
    /// Whether that is all.
    pub(crate) complete: bool,
    /// The table that it is from.
    pub(crate) table: Option<Table>,
}

/// A table of prices. Its name is only looked for where it is written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Table {
    /// The catalogue.
    List,
    /// Overrides, and what they are called.
    Overrides(Option<Arc<str>>),
    /// The rates of an agent.
    Agent,
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List => f.write_str(catalogue::version().unwrap_or("the list")),
            Self::Overrides(Some(version)) => write!(f, "override {version}"),
            Self::Overrides(None) => f.write_str("override"),
            Self::Agent => f.write_str("the agent's rates"),
        }
    }
}

impl Quote {
    /// The cost of what costs nothing.
    pub(crate) const FREE: Self = Self { cost: Some(Cost::ZERO), complete: true, table: None };

    const UNKNOWN: Self = Self { cost: None, complete: true, table: None };

    /// The cost, where all of it is known.
    pub(crate) fn exact(&self) -> Option<Cost> {
        self.cost.filter(|_| self.complete)
    }

    fn by(rates: &Rates, usage: &Usage, table: Table) -> Self {
        let cost = rates.known(usage);
        Self { cost, complete: rates.covers(usage), table: cost.map(|_| table) }
    }
}

impl Prices {
    /// What a reply costs in the tier that it was served in.
    pub(crate) fn quote(&self, asked: Asked<'_>, usage: &Usage) -> Quote {
        let tier = tier::served(asked.tier, asked.served);
        if let Some(rates) = asked.rates {
            let meant = asked.tier.filter(|tier| !tier::is_ordinary(tier));
            // Its rates are for what the agent asks for, and for nothing else.
            return if meant == tier || rates.is_free() {
                Quote::by(rates, usage, Table::Agent)
            } else {
                Quote::UNKNOWN
            };
        }
        let overrides = || Table::Overrides(self.version.clone());
        let models = || asked.answered.into_iter().chain([asked.model]);
        for model in models() {
            if let Some(rates) = self.find(asked.provider, model, tier) {
                return Quote::by(&rates, usage, overrides());
            }
            if tier.is_some()
                && let Some(rates) = self.rates(asked.provider, model)
            {
                return if rates.is_free() {
                    Quote::by(&rates, usage, overrides())
                } else {
                    Quote::UNKNOWN
                };
            }
        }
        if !self.listed {
            return Quote::UNKNOWN;
        }
        let usage = possible(usage);
        let listed = |model| Listed { provider: asked.provider, model, tier, at: None };
        let priced = models()
            .find_map(|model| Some((catalogue::price(listed(model), &usage)?, listed(model))));
        let Some((cost, listed)) = priced else { return Quote::UNKNOWN };
        Quote {
            cost: Some(cost),
            complete: catalogue::covers(listed, &usage),
            table: Some(Table::List),
        }
    }
}
