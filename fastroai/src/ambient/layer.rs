//! What a test puts in the place of what the code says.

use std::collections::BTreeMap;
use std::sync::Arc;

use fastroai_providers::{Model, Settings};

use super::Stub;

/// What one test scope replaces, and the scope around it.
#[derive(Default)]
pub(crate) struct Layer {
    pub(crate) around: Option<Arc<Layer>>,
    /// For every agent that has none of its own.
    pub(crate) model: Option<Arc<dyn Model>>,
    pub(crate) of_agents: BTreeMap<String, Arc<dyn Model>>,
    pub(crate) of_names: BTreeMap<String, Arc<dyn Model>>,
    pub(crate) settings: Settings,
    pub(crate) instructions: Option<String>,
    pub(crate) tools: BTreeMap<String, Stub>,
}

impl Layer {
    /// This layer and those around it.
    pub(super) fn all(innermost: Option<&Self>) -> impl Iterator<Item = &Self> {
        std::iter::successors(innermost, |layer| layer.around.as_deref())
    }

    /// What is asked here instead of the model of this name.
    pub(super) fn model(&self, agent: Option<&str>, name: &str) -> Option<Arc<dyn Model>> {
        let of_agent = agent.and_then(|agent| self.of_agents.get(agent));
        self.of_names.get(name).or(of_agent).or(self.model.as_ref()).cloned()
    }

    /// Whether all models of this agent are replaced by one.
    pub(super) fn replaces_all(&self, agent: &str) -> bool {
        self.model.is_some() || self.of_agents.contains_key(agent)
    }

    /// Whether this very model is replaced.
    pub(super) fn names(&self, model: &str) -> bool {
        self.of_names.contains_key(model)
    }
}
