//! What `[agents.NAME]` says, over what the program says of the agent of that name.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use fastroai_providers::ModelId;

use super::fault::FaultKind;
use super::keys::{Named, Referenced};
use super::place::Place;
use super::providers::check_provider;
use super::section::Section;
use crate::agent::{AgentConfig, Fallback};
use crate::catalogue;
use crate::money::Cost;
use crate::runtime::OwnKeys;

/// All agents that the configuration names.
#[derive(Default)]
pub(crate) struct Agents {
    named: HashMap<String, Agent>,
    /// Those that only variables name, which some systems write in capitals.
    loosely: Vec<(String, Agent)>,
    /// Where each is named.
    pub(super) places: BTreeMap<String, Place>,
    /// The keys that they refer to.
    pub(super) keys: Vec<Named>,
}

/// What is said of one agent.
#[derive(Default)]
struct Agent {
    model: Option<String>,
    fallback: Option<Vec<String>>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    max_tokens: Option<u32>,
    budget: Option<Cost>,
    timeout: Option<Duration>,
    max_turns: Option<u32>,
    max_tool_calls: Option<u32>,
    max_concurrency: Option<usize>,
    output_attempts: Option<u32>,
    grants: Option<Vec<String>>,
    capture_content: Option<bool>,
    keys: Option<OwnKeys>,
}

impl Agents {
    pub(super) fn read(section: Option<&Section<'_>>) -> Self {
        let mut agents = Self::default();
        for (name, table) in section.into_iter().flat_map(Section::named) {
            let mut keys = BTreeMap::new();
            let agent = Agent::read(&table, &mut keys);
            agents.keys.extend(keys.into_values());
            let place = section.map_or(Place::Program, |section| section.place_of(name));
            if let Place::Variable { .. } = place {
                agents.loosely.push((name.to_owned(), agent));
            } else {
                agents.named.insert(name.to_owned(), agent);
            }
            agents.places.insert(name.to_owned(), place);
        }
        agents
    }

    pub(super) fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether something is said of an agent of this name under that one.
    pub(super) fn is_meant(&self, said: &str, name: &str) -> bool {
        said == name || (!self.named.contains_key(said) && said.eq_ignore_ascii_case(name))
    }

    /// What the agent is set to, if something is said of it.
    pub(crate) fn over(&self, config: &AgentConfig) -> Option<AgentConfig> {
        let loosely =
            || self.loosely.iter().find(|(name, _)| name.eq_ignore_ascii_case(&config.name));
        let agent = match self.named.get(&config.name) {
            Some(agent) => agent,
            None => &loosely()?.1,
        };
        let mut config = config.clone();
        agent.apply(&mut config);
        Some(config)
    }
}

impl Agent {
    fn read(section: &Section<'_>, keys: &mut BTreeMap<String, Named>) -> Self {
        let agent = Self {
            model: section
                .text("model", "\"provider:model\"")
                .filter(|model| check_model(section, "model", model)),
            fallback: section.texts("fallback", "\"provider:model\"").filter(|models| {
                let refused = |model: &&String| !check_model(section, "fallback", model);
                models.iter().filter(refused).count() == 0
            }),
            temperature: section.float("temperature", 0.0..=2.0),
            top_p: section.float("top_p", 0.0..=1.0),
            max_tokens: section.integer("max_tokens", 1..=u32::MAX),
            budget: section.dollars("budget"),
            timeout: section.duration("timeout"),
            max_turns: section.integer("max_turns", 1..=u32::MAX),
            max_tool_calls: section.integer("max_tool_calls", 0..=u32::MAX),
            max_concurrency: section.integer("max_concurrency", 1..=1_024),
            output_attempts: section.integer("output_attempts", 1..=u32::MAX),
            grants: section.texts("grants", "\"net\""),
            capture_content: section.boolean("capture_content"),
            keys: section.child("keys").and_then(|table| {
                for (name, node) in table.names() {
                    if check_provider(&table, name) {
                        keys.extend(
                            table.key_of(name, &node.value).map(|key| (name.to_owned(), key)),
                        );
                    }
                }
                let variables = section.reading.variables.clone();
                let keys = Referenced { keys: Arc::new(keys.clone()), variables };
                (!keys.keys.is_empty()).then(|| OwnKeys::new(keys))
            }),
        };
        section.finish();
        agent
    }

    fn apply(&self, config: &mut AgentConfig) {
        if let Some(model) = self.model.as_ref().filter(|model| **model != config.model) {
            config.model.clone_from(model);
            // They are those of the model that the program names.
            config.rates = None;
        }
        if let Some(models) = &self.fallback {
            config.fallback = models.iter().map(|model| Fallback::new(model.as_str())).collect();
        }
        let settings = &mut config.settings;
        settings.temperature = self.temperature.or(settings.temperature);
        settings.top_p = self.top_p.or(settings.top_p);
        settings.max_tokens = self.max_tokens.or(settings.max_tokens);
        config.budget = self.budget.or(config.budget);
        config.timeout = self.timeout.or(config.timeout);
        config.max_turns = self.max_turns.unwrap_or(config.max_turns);
        config.max_tool_calls = self.max_tool_calls.unwrap_or(config.max_tool_calls);
        config.max_concurrency = self.max_concurrency.unwrap_or(config.max_concurrency);
        config.output_attempts = self.output_attempts.unwrap_or(config.output_attempts);
        if let Some(grants) = &self.grants {
            config.grants.clone_from(grants);
        }
        config.capture_content = self.capture_content.or(config.capture_content);
        if let Some(keys) = &self.keys {
            config.keys = Some(keys.over(config.keys.take()));
        }
    }
}

/// Whether this is the name of a model, without a slip.
fn check_model(section: &Section<'_>, key: &str, model: &str) -> bool {
    if model.parse::<ModelId>().is_err() {
        let what = "it is no name of a model: write `provider:model`, as in `openai:gpt-4o-mini`";
        section.fault(key, FaultKind::BadValue, what);
        return false;
    }
    match catalogue::slip_in(model) {
        Some(slip) => {
            section.fault(key, FaultKind::BadValue, slip);
            false
        }
        None => true,
    }
}
