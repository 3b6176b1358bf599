//! What an agent is set to, whatever its dependencies are.

use std::sync::Arc;
use std::time::Duration;

use fastroai_providers::{HostedTool, Settings};

use super::{EachRequest, Fallback, Turn};
use crate::guard::{Guard, Guards};
use crate::history::HistoryProcessor;
use crate::money::{Cost, Rates};
use crate::run::{EndStrategy, OutputMode};
#[cfg(feature = "http")]
use crate::runtime::OwnKeys;
use crate::tool::ToolOffer;
use crate::usage_limits::UsageLimits;

/// What an agent is set to. `#[agent(…)]` makes one, once for all agents of its type.
///
/// ```
/// use std::time::Duration;
/// use fastroai::agent::AgentConfig;
/// let config = AgentConfig::new("Travel", "openai:gpt-4o-mini")
///     .timeout(Duration::from_secs(60))
///     .max_turns(8);
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AgentConfig {
    /// The agent's name, for traces.
    pub name: String,
    /// The model, as `provider:model`.
    pub model: String,
    /// The models to ask where that one cannot be, in this order.
    #[doc(alias = "FallbackModel")]
    pub fallback: Vec<Fallback>,
    /// How to generate; what is not set is not sent.
    pub settings: Settings,
    /// Tools that the provider runs itself. A request that would take one to another provider is
    /// refused.
    pub hosted_tools: Vec<HostedTool>,
    /// The most that one run may spend.
    #[doc(alias = "cost_budget")]
    pub budget: Option<Cost>,
    /// Prices for a server of one's own; they win over the catalogue. They are those of
    /// [`model`](Self::model): another one that is asked has its own.
    pub rates: Option<Rates>,
    /// How long one run may take.
    pub timeout: Option<Duration>,
    /// How often one run may ask the model; 16 unless said otherwise.
    #[doc(alias = "request_limit")]
    #[doc(alias = "usage_limits")]
    pub max_turns: u32,
    /// How many tool calls one run may make; 256 unless said otherwise. Those that failed or were
    /// refused are not counted; where one call of a reply is too many, none of that reply runs.
    #[doc(alias = "tool_calls_limit")]
    pub max_tool_calls: u32,
    /// What one run may use, with all that it calls.
    pub usage_limits: UsageLimits,
    /// How many answers the model may try until one fits the output; 3 unless said otherwise.
    pub output_attempts: u32,
    /// How a typed answer is asked for; unless said otherwise, as fits the model that is asked.
    pub output_mode: Option<OutputMode>,
    /// What becomes of tools that are called beside an answer; they run, unless said otherwise.
    pub end_strategy: EndStrategy,
    /// How many tools run at one time; 16 unless said otherwise.
    pub max_concurrency: usize,
    /// Where the keys for its requests come from, if it has any of its own.
    #[cfg(feature = "http")]
    pub(crate) keys: Option<OwnKeys>,
    /// What its tools may need: a tool that [needs](crate::tool::ToolOptions::needs) anything else does not
    /// exist for it. None unless said otherwise.
    pub grants: Vec<String>,
    /// Whether what is said in its runs goes to the trace; where it does not say, the runtime does.
    pub capture_content: Option<bool>,
    /// What is decided anew before each request.
    pub(crate) each_request: EachRequest,
    /// What looks at its texts, after the guards of the runtime.
    pub(crate) guards: Guards,
}

impl AgentConfig {
    /// An agent of this name on this model, everything else as documented.
    pub fn new(name: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            model: model.into(),
            fallback: Vec::new(),
            settings: Settings::default(),
            hosted_tools: Vec::new(),
            budget: None,
            rates: None,
            timeout: None,
            max_turns: 16,
            max_tool_calls: 256,
            usage_limits: UsageLimits::default(),
            output_attempts: 3,
            output_mode: None,
            end_strategy: EndStrategy::default(),
            max_concurrency: 16,
            #[cfg(feature = "http")]
            keys: None,
            grants: Vec::new(),
            capture_content: None,
            each_request: EachRequest::default(),
            guards: Guards::default(),
        }
    }

    /// Sets where the keys for this agent's requests come from, and for those of no other agent, be it
    /// one of its tools: it is asked before each request. Where it has none for a provider, the
    /// [runtime's](crate::RuntimeBuilder::key_provider) are asked.
    ///
    /// ```
    /// use fastroai::agent::AgentConfig;
    /// use fastroai::providers::http::KeyFiles;
    /// let config = AgentConfig::new("Billing", "openai:gpt-4o-mini")
    ///     .key_provider(KeyFiles::new().with("openai", "/run/secrets/openai-billing"));
    /// ```
    #[cfg(feature = "http")]
    #[must_use]
    pub fn key_provider(mut self, keys: impl fastroai_providers::http::KeyProvider) -> Self {
        self.keys = Some(OwnKeys::new(keys));
        self
    }

    /// Sets the models to ask where the agent's own cannot be: names, or [`Fallback`]s.
    #[must_use]
    pub fn fallback<F: Into<Fallback>>(mut self, models: impl IntoIterator<Item = F>) -> Self {
        self.fallback = models.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the temperature.
    #[must_use]
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.settings.temperature = Some(temperature);
        self
    }

    /// Sets the most tokens that one reply may have.
    #[must_use]
    pub fn max_tokens(mut self, max_tokens: u32) -> Self {
        self.settings.max_tokens = Some(max_tokens);
        self
    }

    /// Sets how to generate, key by key over what is set.
    #[must_use]
    pub fn settings(mut self, settings: &Settings) -> Self {
        self.settings = self.settings.merge(settings);
        self
    }

    /// Adds a tool that the provider runs itself.
    #[must_use]
    pub fn hosted_tool(mut self, tool: HostedTool) -> Self {
        self.hosted_tools.push(tool);
        self
    }

    /// Sets the most that one run may spend.
    #[must_use]
    pub fn budget(mut self, budget: Cost) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Sets prices that win over the catalogue's.
    #[must_use]
    pub fn rates(mut self, rates: Rates) -> Self {
        self.rates = Some(rates);
        self
    }

    /// Sets how long one run may take.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Sets how often one run may ask the model.
    #[must_use]
    pub fn max_turns(mut self, max_turns: u32) -> Self {
        self.max_turns = max_turns;
        self
    }

    /// Sets how many tool calls one run may make.
    #[must_use]
    pub fn max_tool_calls(mut self, max_tool_calls: u32) -> Self {
        self.max_tool_calls = max_tool_calls;
        self
    }

    /// Sets what one run may use.
    #[must_use]
    pub fn usage_limits(mut self, limits: UsageLimits) -> Self {
        self.usage_limits = limits;
        self
    }

    /// Sets how many answers the model may try until one fits the output.
    #[must_use]
    pub fn output_attempts(mut self, output_attempts: u32) -> Self {
        self.output_attempts = output_attempts;
        self
    }

    /// Sets how a typed answer is asked for, whichever model is asked.
    #[must_use]
    pub fn output_mode(mut self, mode: OutputMode) -> Self {
        self.output_mode = Some(mode);
        self
    }

    /// Sets what becomes of tools that are called beside an answer.
    #[must_use]
    pub fn end_strategy(mut self, strategy: EndStrategy) -> Self {
        self.end_strategy = strategy;
        self
    }

    /// Adds what decides before each request what the model sees of the conversation, after what was
    /// added before. See [`history`](crate::history).
    #[must_use]
    #[doc(alias = "history_processors")]
    pub fn history(mut self, processor: impl HistoryProcessor) -> Self {
        self.each_request.history.push(Arc::new(processor));
        self
    }

    /// Sets how to generate by a function that is asked before each request: key by key over what is
    /// set here, and under what a call is given.
    #[must_use]
    pub fn settings_with(
        mut self,
        settings: impl Fn(&Turn<'_>) -> Settings + Send + Sync + 'static,
    ) -> Self {
        self.each_request.settings = Some(Arc::new(settings));
        self
    }

    /// Adds a function that is asked before each request which tools to hide, and how to describe
    /// them, after those that were added before.
    #[must_use]
    pub fn prepare_tools(
        mut self,
        prepare: impl Fn(&Turn<'_>, &mut ToolOffer) + Send + Sync + 'static,
    ) -> Self {
        self.each_request.tools.push(Arc::new(prepare));
        self
    }

    /// Grants what its tools may need, in place of what was granted before.
    ///
    /// An agent that is a tool has its own grants, not those of the agent that lists it; what a
    /// [runtime](crate::RuntimeBuilder::grants) or a [call](crate::Call::only_grants) is bound to holds for both.
    #[must_use]
    pub fn grants<G: Into<String>>(mut self, grants: impl IntoIterator<Item = G>) -> Self {
        self.grants = grants.into_iter().map(Into::into).collect();
        self
    }

    /// Grants this too.
    #[must_use]
    pub fn grant(mut self, grant: impl Into<String>) -> Self {
        self.grants.push(grant.into());
        self
    }

    /// Adds a guard that the texts of its runs pass, after those of the runtime and those that were
    /// added before. See [`guard`](crate::guard).
    #[must_use]
    pub fn guard(mut self, guard: impl Guard) -> Self {
        self.guards.push(Arc::new(guard));
        self
    }

    /// Sets how many tools run at one time.
    #[must_use]
    pub fn max_concurrency(mut self, max_concurrency: usize) -> Self {
        self.max_concurrency = max_concurrency;
        self
    }

    /// Sets whether what is said in its runs goes to the trace: instructions, messages, arguments and
    /// results of tools, and the texts of errors, all through the runtime's
    /// [redactor](crate::RuntimeBuilder::redactor).
    ///
    /// Unless said, the runtime decides, which captures nothing unless told to. With `false` nothing
    /// of the agent is captured, nor of agents that its tools call, whatever the runtime says; with
    /// `true` it is, but on a runtime that says `false`.
    #[must_use]
    pub fn capture_content(mut self, capture: bool) -> Self {
        self.capture_content = Some(capture);
        self
    }
}
