//! Setting an agent up at run time.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use fastroai_providers::{HostedTool, ModelId, Settings};

use super::super::{
    AgentConfig, AgentOutput, Fallback, Made, OutputContext, OutputError, OutputSpec, Turn,
};
use super::{Agent, Instructions};
use crate::guard::Guard;
use crate::history::HistoryProcessor;
use crate::money::{Cost, Rates};
use crate::run::{EndStrategy, OutputMode};
use crate::runtime::Runtime;
use crate::tool::{DynTool, DynToolset, ToolOffer, check_capability, check_name};
use crate::usage_limits::UsageLimits;

/// Sets up an [`Agent`].
#[must_use]
pub struct AgentBuilder<T = String> {
    config: AgentConfig,
    description: String,
    instructions: Instructions,
    tools: Vec<Arc<dyn DynTool>>,
    runtime: Option<Runtime>,
    output: Result<OutputSpec<'static, T>, BuildError>,
}

impl AgentBuilder {
    pub(super) fn new() -> Self {
        Self {
            config: AgentConfig::new("agent", ""),
            description: String::new(),
            instructions: Instructions::Fixed(String::new()),
            tools: Vec::new(),
            runtime: None,
            output: Ok(OutputSpec::typed()),
        }
    }
}

impl<T: Send + 'static> AgentBuilder<T> {
    /// The agent's name, for traces and where it is a tool.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.config.name = name.into();
        self
    }

    /// What it is for, where another agent lists it as a tool.
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// The model, as `provider:model`.
    pub fn model(mut self, model: impl Into<String>) -> Self {
        self.config.model = model.into();
        self
    }

    /// Where the keys for this agent's requests come from, and for those of no other: see
    /// [`AgentConfig::key_provider`].
    #[cfg(feature = "http")]
    pub fn key_provider(mut self, keys: impl fastroai_providers::http::KeyProvider) -> Self {
        self.config = self.config.key_provider(keys);
        self
    }

    /// The models to ask where that one cannot be, in this order: names, or [`Fallback`]s.
    #[doc(alias = "FallbackModel")]
    pub fn fallback<F: Into<Fallback>>(mut self, models: impl IntoIterator<Item = F>) -> Self {
        self.config = self.config.fallback(models);
        self
    }

    /// What the model is told before each request.
    #[doc(alias = "system_prompt")]
    pub fn instructions(mut self, instructions: impl Into<String>) -> Self {
        self.instructions = Instructions::Fixed(instructions.into());
        self
    }

    /// What the model is told, made anew before each request.
    pub fn instructions_with(mut self, make: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.instructions = Instructions::Made(Arc::new(make));
        self
    }

    /// Adds a tool.
    pub fn tool(mut self, tool: impl DynTool + 'static) -> Self {
        self.tools.push(Arc::new(tool));
        self
    }

    /// Adds a tool that the provider runs itself.
    pub fn hosted_tool(mut self, tool: HostedTool) -> Self {
        self.config = self.config.hosted_tool(tool);
        self
    }

    /// Adds all tools of a set.
    pub fn tools(mut self, set: &DynToolset) -> Self {
        self.tools.extend_from_slice(set.tools());
        self
    }

    /// What the agent answers with.
    #[doc(alias = "output_type")]
    pub fn output<U: AgentOutput>(self) -> AgentBuilder<U> {
        self.answering(|_| Ok(OutputSpec::typed()))
    }

    /// The agent answers with JSON that fits this schema. Needs the feature `jsonschema`.
    #[cfg(feature = "jsonschema")]
    pub fn output_schema(self, schema: serde_json::Value) -> AgentBuilder<serde_json::Value> {
        self.answering(|_| {
            OutputSpec::from_schema(schema).map_err(|error| BuildError(error.to_string()))
        })
    }

    /// Makes the output of what the agent has answered with so far: see [`OutputSpec::then`].
    ///
    /// ```
    /// use fastroai::prelude::*;
    ///
    /// #[derive(serde::Deserialize, JsonSchema)]
    /// struct Plan { city: String }
    ///
    /// async fn book(plan: Plan) -> Result<u32, OutputError> {
    ///     Ok(plan.city.len() as u32)
    /// }
    ///
    /// # fn main() -> Result<(), fastroai::agent::BuildError> {
    /// let agent: Agent<u32> =
    ///     Agent::builder().model("offline:demo").output::<Plan>().output_fn(book).build()?;
    /// # Ok(()) }
    /// ```
    pub fn output_fn<R, F, Returned, M>(self, function: F) -> AgentBuilder<R>
    where
        R: serde::Serialize + Send + 'static,
        F: Fn(T) -> Returned + Send + Sync + 'static,
        Returned: Made<'static, R, M>,
    {
        self.answering(|output| Ok(output?.then(function)))
    }

    /// Looks at every answer before it is taken: see [`OutputSpec::validate`].
    #[doc(alias = "output_validator")]
    pub fn validate(
        self,
        check: impl Fn(&T, &OutputContext) -> Result<(), OutputError> + Send + Sync + 'static,
    ) -> Self {
        self.answering(|output| Ok(output?.validate(check)))
    }

    fn answering<U>(
        self,
        change: impl FnOnce(
            Result<OutputSpec<'static, T>, BuildError>,
        ) -> Result<OutputSpec<'static, U>, BuildError>,
    ) -> AgentBuilder<U> {
        let Self { config, description, instructions, tools, runtime, output } = self;
        let output = change(output);
        AgentBuilder { config, description, instructions, tools, runtime, output }
    }

    /// How many answers the model may try until one is taken; 3 unless said otherwise.
    pub fn output_attempts(mut self, attempts: u32) -> Self {
        self.config = self.config.output_attempts(attempts);
        self
    }

    /// Whether what is said in its runs goes to the trace: see [`AgentConfig::capture_content`].
    pub fn capture_content(mut self, capture: bool) -> Self {
        self.config = self.config.capture_content(capture);
        self
    }

    /// What becomes of tools that are called beside an answer; they run, unless said otherwise.
    pub fn end_strategy(mut self, strategy: EndStrategy) -> Self {
        self.config = self.config.end_strategy(strategy);
        self
    }

    /// How a typed answer is asked for; unless said, as fits the model that is asked.
    pub fn output_mode(mut self, mode: OutputMode) -> Self {
        self.config = self.config.output_mode(mode);
        self
    }

    /// How to generate, key by key over what is set.
    pub fn settings(mut self, settings: &Settings) -> Self {
        self.config = self.config.settings(settings);
        self
    }

    /// How to generate, by a function that is asked before each request: see
    /// [`AgentConfig::settings_with`].
    pub fn settings_with(
        mut self,
        settings: impl Fn(&Turn<'_>) -> Settings + Send + Sync + 'static,
    ) -> Self {
        self.config = self.config.settings_with(settings);
        self
    }

    /// What the model sees of the conversation: see [`history`](crate::history).
    #[doc(alias = "history_processors")]
    pub fn history(mut self, processor: impl HistoryProcessor) -> Self {
        self.config = self.config.history(processor);
        self
    }

    /// Which tools to hide, and how to describe them, by a function that is asked before each
    /// request: see [`ToolOffer`].
    pub fn prepare_tools(
        mut self,
        prepare: impl Fn(&Turn<'_>, &mut ToolOffer) + Send + Sync + 'static,
    ) -> Self {
        self.config = self.config.prepare_tools(prepare);
        self
    }

    /// Adds a guard that the texts of its runs pass: see [`guard`](crate::guard).
    #[doc(alias = "guardrail")]
    pub fn guard(mut self, guard: impl Guard) -> Self {
        self.config = self.config.guard(guard);
        self
    }

    /// The temperature.
    pub fn temperature(mut self, temperature: f64) -> Self {
        self.config = self.config.temperature(temperature);
        self
    }

    /// The most tokens that one reply may have.
    pub fn max_tokens(mut self, max_tokens: u32) -> Self {
        self.config = self.config.max_tokens(max_tokens);
        self
    }

    /// The most that one run may spend.
    pub fn budget(mut self, budget: Cost) -> Self {
        self.config = self.config.budget(budget);
        self
    }

    /// Prices that win over the catalogue's, for the tier of service that the agent asks for.
    pub fn rates(mut self, rates: Rates) -> Self {
        self.config = self.config.rates(rates);
        self
    }

    /// How long one run may take.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.config = self.config.timeout(timeout);
        self
    }

    /// How often one run may ask the model.
    pub fn max_turns(mut self, max_turns: u32) -> Self {
        self.config = self.config.max_turns(max_turns);
        self
    }

    /// What one run may use.
    pub fn usage_limits(mut self, limits: UsageLimits) -> Self {
        self.config = self.config.usage_limits(limits);
        self
    }

    /// What its tools may need: see [`AgentConfig::grants`].
    pub fn grants<G: Into<String>>(mut self, grants: impl IntoIterator<Item = G>) -> Self {
        self.config = self.config.grants(grants);
        self
    }

    /// Changes any other setting.
    pub fn configure(mut self, change: impl FnOnce(AgentConfig) -> AgentConfig) -> Self {
        self.config = change(self.config);
        self
    }

    /// The runtime to run on.
    pub fn runtime(mut self, runtime: &Runtime) -> Self {
        self.runtime = Some(runtime.clone());
        self
    }

    /// The agent.
    ///
    /// # Errors
    /// [`BuildError`], where there is no model, the name of a model, of a tool or of what one needs or is granted
    /// cannot be used, or the schema of the output is none.
    pub fn build(self) -> Result<Agent<T>, BuildError> {
        let Self { config, description, instructions, tools, runtime, output } = self;
        let output = output?;
        if config.model.is_empty() {
            return Err(BuildError(
                "an agent needs a model: write `.model(\"provider:model\")`".into(),
            ));
        }
        let fallbacks = config.fallback.iter().map(|fallback| &fallback.model);
        for model in std::iter::once(&config.model).chain(fallbacks) {
            if let Err(error) = model.parse::<ModelId>() {
                return Err(BuildError(error.to_string()));
            }
        }
        if config.settings.temperature.is_some_and(|value| !(0.0..=2.0).contains(&value)) {
            return Err(BuildError("the temperature is outside 0.0 to 2.0".into()));
        }
        let needs = tools.iter().flat_map(|tool| tool.options().needs).copied();
        for word in config.grants.iter().map(String::as_str).chain(needs) {
            check_capability(word).map_err(BuildError)?;
        }
        let mut seen = std::collections::BTreeMap::new();
        for (index, tool) in tools.iter().enumerate() {
            let name = tool.definition().name.as_str();
            check_name(name).map_err(BuildError)?;
            if let Some(first) = seen.insert(name, index) {
                return Err(BuildError(format!(
                    "two tools of this agent are called `{name}`: number {} and number {}: rename one of them",
                    first + 1,
                    index + 1
                )));
            }
        }
        Ok(Agent { config, description, instructions, tools, runtime, output })
    }
}

impl<T> fmt::Debug for AgentBuilder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AgentBuilder").field("model", &self.config.model).finish_non_exhaustive()
    }
}

/// An agent that cannot be built, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BuildError(String);
