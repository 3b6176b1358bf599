//! The models that are asked where the first one cannot be.

use fastroai_providers::Settings;

use crate::money::Rates;

/// A model that is asked where those before it cannot be.
///
/// A model is given up after its own [attempts](crate::RetryPolicy), for what another one may do
/// better: the connection failed, the answer is broken, the provider is overloaded, out of order or
/// out of quota, does not take the key, does not know the model, or takes no conversation of this
/// length. It is not for what every model would be asked in vain: a request that is set up wrongly,
/// that the provider calls invalid, or that its filter stops. What may have been served and billed
/// is asked of another model only where the policy would repeat it
/// ([`repeat_ambiguous`](crate::RetryPolicy::repeat_ambiguous)). Once a part of an answer was shown
/// to a stream, no other is begun.
///
/// Each model passes the budget by itself and has its own lines on the bill. All are connected when
/// a run begins, and priced under a budget, so that what is missing for one is known before it is
/// needed. The next turn of a run begins with the model that answered last; a run fails when all
/// were asked in a row, with the errors of all
/// ([`ErrorKind::Models`](crate::ErrorKind::Models)).
///
/// ```
/// use fastroai::agent::{AgentConfig, Fallback};
/// use fastroai::Settings;
/// let careful = Settings { temperature: Some(0.0), ..Settings::default() };
/// let config = AgentConfig::new("Travel", "openai:gpt-4o-mini").fallback([
///     Fallback::new("anthropic:claude-haiku-4-5").settings(&careful),
///     Fallback::new("offline:demo"),
/// ]);
/// assert_eq!(config.fallback.len(), 2);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Fallback {
    /// The model, as `provider:model`.
    pub model: String,
    /// How it generates, over what the agent says and under what the call says.
    pub settings: Settings,
    /// Prices for a server of one's own; they win over the catalogue. Those of the agent are its
    /// own model's.
    pub rates: Option<Rates>,
}

impl Fallback {
    /// This model, asked as the agent asks its own.
    pub fn new(model: impl Into<String>) -> Self {
        Self { model: model.into(), settings: Settings::default(), rates: None }
    }

    /// Sets how it generates, key by key over what is set.
    #[must_use]
    pub fn settings(mut self, settings: &Settings) -> Self {
        self.settings = self.settings.merge(settings);
        self
    }

    /// Sets prices that win over the catalogue's.
    #[must_use]
    pub fn rates(mut self, rates: Rates) -> Self {
        self.rates = Some(rates);
        self
    }
}

impl From<&str> for Fallback {
    fn from(model: &str) -> Self {
        Self::new(model)
    }
}

impl From<String> for Fallback {
    fn from(model: String) -> Self {
        Self::new(model)
    }
}
