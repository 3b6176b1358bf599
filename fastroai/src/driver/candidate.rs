//! The models that a run may ask, and how each of them is asked.

use std::borrow::Cow;
use std::sync::Arc;

use fastroai_providers::{
    Message, Model, OutputFormat, Profile, Request, Settings, ToolChoice, ToolDefinition,
};

use super::payer::Payer;
use super::{Check, Order};
use crate::agent::{EachRequest, Fallback, Shape, Turn};
use crate::ambient;
use crate::error::ErrorKind;
use crate::money::Rates;
use crate::run::{OUTPUT_TOOL, OutputMode};
use crate::scope::Scope;

/// The models that a run may ask, at least one, in their order.
pub(super) struct Candidates {
    first: Candidate,
    fallbacks: Vec<Candidate>,
}

impl Candidates {
    /// Connects all of them, so that what is missing for one is known before it is needed.
    pub(super) fn connect(
        order: &Order<'_>,
        scope: &Scope,
        check: &dyn Check,
    ) -> Result<Self, ErrorKind> {
        let config = order.config;
        let model = order.model.as_ref().unwrap_or(&config.model);
        let first = Fallback {
            model: model.clone(),
            settings: Settings::default(),
            rates: config.rates.filter(|_| *model == config.model),
        };
        let fallbacks = order.fallback.as_ref().unwrap_or(&config.fallback);
        let connect = |named: &Fallback| Candidate::connect(named, order, scope, check);
        Ok(Self {
            first: connect(&first)?,
            fallbacks: fallbacks.iter().map(connect).collect::<Result<_, _>>()?,
        })
    }

    pub(super) fn count(&self) -> usize {
        self.fallbacks.len() + 1
    }

    /// The one at this place, from 0.
    pub(super) fn at(&self, place: usize) -> &Candidate {
        let fallback = place.checked_sub(1).and_then(|place| self.fallbacks.get(place));
        fallback.unwrap_or(&self.first)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Candidate> {
        std::iter::once(&self.first).chain(&self.fallbacks)
    }

    /// How the answer of the run comes: as a tool call, where one of them may make one.
    pub(super) fn output(&self) -> OutputMode {
        let tool = self.iter().any(|candidate| candidate.output == OutputMode::Tool);
        if tool { OutputMode::Tool } else { self.first.output }
    }
}

/// One model, and how it is asked.
pub(super) struct Candidate {
    pub(super) model: Arc<dyn Model>,
    pub(super) rates: Option<Rates>,
    settings: Settings,
    /// What the model is set to where it is a fallback.
    named: Settings,
    definitions: Vec<Arc<ToolDefinition>>,
    choice: ToolChoice,
    format: OutputFormat,
    output: OutputMode,
    /// What is said below the instructions.
    form: Option<String>,
}

impl Candidate {
    fn connect(
        named: &Fallback,
        order: &Order<'_>,
        scope: &Scope,
        check: &dyn Check,
    ) -> Result<Self, ErrorKind> {
        let config = order.config;
        let model = ambient::model(scope.runtime(), Some(config), &named.model)
            .map_err(ErrorKind::Model)?;
        let settings = config.settings.merge(&named.settings).merge(&order.settings);
        let mode = config.output_mode;
        let mode = mode.unwrap_or_else(|| fitting(model.profile(), !order.tools.is_empty()));
        let mut candidate = Self {
            // A model in another's place has its own price.
            rates: named.rates.filter(|_| model.id().as_str() == named.model),
            model,
            settings,
            named: named.settings.clone(),
            definitions: order.tools.iter().map(|tool| Arc::clone(tool.definition())).collect(),
            choice: ToolChoice::Auto,
            format: OutputFormat::Text,
            output: OutputMode::Text,
            form: None,
        };
        if let Some(shape) = check.shape() {
            candidate.ask_for(mode, shape);
        }
        Ok(candidate)
    }

    /// Asks for an answer that fits a schema.
    fn ask_for(&mut self, mode: OutputMode, shape: &Shape) {
        let schema = &shape.schema;
        self.output = mode;
        match mode {
            // Nothing is said of the schema, but the text must fit it all the same.
            OutputMode::Text => self.output = OutputMode::Prompted,
            OutputMode::Native => {
                let (name, schema) = ("answer".to_owned(), schema.clone());
                self.format = OutputFormat::JsonSchema { name, schema };
            }
            OutputMode::Tool if !shape.kinds.is_empty() => {
                let kinds = shape.kinds.iter().map(|(_, definition)| Arc::clone(definition));
                self.definitions.extend(kinds);
                self.choice = ToolChoice::Required;
            }
            OutputMode::Tool => {
                let description = "Hand in the final answer. Call it once, when you have it all.";
                let tool = ToolDefinition::new(OUTPUT_TOOL, description, schema.clone());
                self.definitions.push(Arc::new(tool));
                self.choice = ToolChoice::Required;
            }
            OutputMode::Prompted => {
                self.form = Some(format!(
                    "Answer with one JSON object that fits this JSON schema, and with nothing \
                     else:\n\n{}",
                    schema.as_value()
                ));
            }
        }
    }

    /// What this model is told, of what the agent tells.
    pub(super) fn instructions<'t>(&'t self, told: &'t str) -> Cow<'t, str> {
        match &self.form {
            None => told.into(),
            Some(form) if told.is_empty() => form.into(),
            Some(form) => format!("{told}\n\n{form}").into(),
        }
    }

    pub(super) fn request<'q>(
        &'q self,
        instructions: &'q str,
        messages: &'q [Message],
        order: &'q Order<'_>,
    ) -> Request<'q> {
        let mut request = Request::new(messages, &self.settings);
        request.instructions = Some(instructions).filter(|text| !text.is_empty());
        request.tools = &self.definitions;
        request.hosted_tools = &order.config.hosted_tools;
        request.tool_choice = &self.choice;
        request.output = &self.format;
        request
    }

    /// How it generates, unless a function says otherwise.
    pub(super) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// How it generates by what functions say: those of the agent under what the call is given,
    /// those of the call over it. `None` where there are no functions.
    pub(super) fn settings_by(&self, order: &Order<'_>, turn: &Turn<'_>) -> Option<Settings> {
        let ask = |each: &EachRequest| each.settings.as_ref().map(|settings| settings(turn));
        let (agents, calls) = (ask(&order.config.each_request), ask(&order.each_request));
        if agents.is_none() && calls.is_none() {
            return None;
        }
        let mut settings = order.config.settings.merge(&self.named);
        let over = [agents.as_ref(), Some(&order.settings), calls.as_ref()];
        for over in over.into_iter().flatten() {
            settings = settings.merge(over);
        }
        Some(settings)
    }

    /// The tools that the model is offered, those that hand in an answer last.
    pub(super) fn definitions(&self) -> &[Arc<ToolDefinition>] {
        &self.definitions
    }

    /// Who pays for it.
    pub(super) fn payer<'p>(&'p self, scope: &'p Scope) -> Payer<'p> {
        Payer { scope, model: &*self.model, rates: self.rates.as_ref() }
    }

    pub(super) fn is_free(&self) -> bool {
        self.model.profile().free
    }
}

/// How a typed answer is asked for where nobody says.
fn fitting(profile: &Profile, has_tools: bool) -> OutputMode {
    if profile.json_schema && (profile.json_schema_beside_tools || !has_tools) {
        OutputMode::Native
    } else if profile.tools {
        OutputMode::Tool
    } else {
        OutputMode::Prompted
    }
}
