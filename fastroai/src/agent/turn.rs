//! What is known of a run when it is about to ask a model.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use fastroai_providers::{
    Message, Model, ModelError, ModelId, Request, Response, Settings, ToolDefinition,
};
use serde::{Deserialize, Serialize};

use super::AgentConfig;
use crate::ambient;
use crate::driver::Payer;
use crate::error::Error;
use crate::money::{Budget, Cost, Total};
use crate::principal::Principal;

/// What is known of a run when it is about to ask a model: for what is decided anew before each
/// request, as its settings, its tools and its history. `Debug` shows no content.
#[derive(Clone, Copy)]
pub struct Turn<'a> {
    pub(crate) number: u32,
    pub(crate) run_id: &'a str,
    pub(crate) agent: &'a AgentConfig,
    pub(crate) asked: &'a Arc<dyn Model>,
    pub(crate) labels: &'a Labels,
    pub(crate) payer: Payer<'a>,
    pub(crate) settings: &'a Settings,
    pub(crate) instructions: &'a str,
    pub(crate) tools: &'a [Arc<ToolDefinition>],
    pub(crate) messages: &'a [Message],
}

/// What a call is labelled with, beside its run's id.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Labels {
    pub(crate) conversation_id: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
}

impl Labels {
    pub(crate) fn is_empty(&self) -> bool {
        self.conversation_id.is_none() && self.metadata.is_empty()
    }

    /// These, over those of the run around.
    pub(crate) fn within(&self, around: &Self) -> Self {
        let mut labels = around.clone();
        if self.conversation_id.is_some() {
            labels.conversation_id.clone_from(&self.conversation_id);
        }
        labels.metadata.extend(self.metadata.clone());
        labels
    }
}

impl<'a> Turn<'a> {
    /// The turn of the run, from 1.
    #[must_use]
    #[doc(alias = "run_step")]
    pub fn number(&self) -> u32 {
        self.number
    }

    /// The run's id.
    #[must_use]
    pub fn run_id(&self) -> &'a str {
        self.run_id
    }

    /// The conversation's id, where the call has one.
    #[must_use]
    pub fn conversation_id(&self) -> Option<&'a str> {
        self.labels.conversation_id.as_deref()
    }

    /// What the call was labelled with.
    #[must_use]
    pub fn metadata(&self) -> &'a BTreeMap<String, String> {
        &self.labels.metadata
    }

    /// For whom the run acts; see [`Call::principal`](crate::Call::principal).
    #[must_use]
    pub fn principal(&self) -> Option<&'a Principal> {
        self.payer.scope.principal()
    }

    /// The model that is about to be asked.
    #[must_use]
    pub fn model(&self) -> &'a ModelId {
        self.payer.model.id()
    }

    /// All that was said so far, whatever a processor makes of it. Replies that said nothing are not
    /// in it, as no model is sent them.
    #[must_use]
    pub fn messages(&self) -> &'a [Message] {
        self.messages
    }

    /// What the run has spent so far.
    #[must_use]
    pub fn spent(&self) -> Total {
        self.payer.scope.meter().spent()
    }

    /// What the run may still spend: the least that is left on an account that pays for it; `None`
    /// where there is none.
    #[must_use]
    pub fn budget_left(&self) -> Option<Cost> {
        self.payer.scope.accounts().iter().map(Budget::left).min()
    }

    /// Asks a model once, as `provider:model`, as a part of the run: on its bill, out of its budget,
    /// within its time.
    ///
    /// # Errors
    /// As of [`Runtime::request`](crate::Runtime::request).
    pub async fn request(&self, model: &str, request: &Request<'_>) -> Result<Response, Error> {
        let rates = self.payer.rates.filter(|_| self.model().as_str() == model);
        let runtime = self.payer.scope.runtime();
        Ok(runtime.request_to(self.connect(model), rates, request).await?.0)
    }

    /// The model of this name, as the agent's own are found.
    pub(crate) fn connect(&self, model: &str) -> Result<Arc<dyn Model>, ModelError> {
        if self.model().as_str() == model {
            return Ok(Arc::clone(self.asked));
        }
        ambient::model(self.payer.scope.runtime(), Some(self.agent), model)
    }
}

impl fmt::Debug for Turn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn")
            .field("number", &self.number)
            .field("run_id", &self.run_id)
            .field("model", &self.model().as_str())
            .field("messages", &self.messages.len())
            .finish_non_exhaustive()
    }
}
