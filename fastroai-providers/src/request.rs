//! What is asked of a model.

mod cache;
mod hosted;
mod previous;
mod schema;
mod settings;

use std::fmt;
use std::sync::Arc;

pub use cache::{CachePolicy, CacheTtl};
pub(crate) use hosted::Hosted;
pub use hosted::HostedTool;
pub use previous::PreviousResponse;
pub use schema::{Schema, SchemaLimit};
pub use settings::{Effort, Settings};

use crate::error::ModelError;
use crate::hidden::Hidden;
use crate::message::Message;

/// One request, borrowed from whoever holds the conversation: nothing is copied to ask.
///
/// `Debug` shows no content.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Request<'a> {
    /// What the agent is told before the conversation.
    pub instructions: Option<&'a str>,
    /// The conversation so far.
    pub messages: &'a [Message],
    /// The tools on offer.
    pub tools: &'a [Arc<ToolDefinition>],
    /// The tools that the provider runs itself.
    pub hosted_tools: &'a [HostedTool],
    /// Whether and which tool is to be called.
    pub tool_choice: &'a ToolChoice,
    /// The form that the answer must have.
    pub output: &'a OutputFormat,
    /// How to generate.
    pub settings: &'a Settings,
}

impl<'a> Request<'a> {
    /// A request that carries just a conversation.
    #[must_use]
    pub fn new(messages: &'a [Message], settings: &'a Settings) -> Self {
        Self {
            instructions: None,
            messages,
            tools: &[],
            hosted_tools: &[],
            tool_choice: &ToolChoice::Auto,
            output: &OutputFormat::Text,
            settings,
        }
    }

    /// The tools that the choice leaves on offer, for wires that cannot be told of it.
    pub(crate) fn allowed_tools(&self) -> impl Iterator<Item = &'a Arc<ToolDefinition>> {
        let choice = self.tool_choice;
        self.tools.iter().filter(move |tool| match choice {
            ToolChoice::Allowed { names, .. } => names.contains(&tool.name),
            _ => true,
        })
    }

    /// Refuses a schema that is larger than schemas may be.
    #[cfg(feature = "http")]
    pub(crate) fn check_schemas(&self) -> Result<(), ModelError> {
        for tool in self.tools {
            if let Some(limit) = tool.parameters.beyond() {
                return Err(ModelError::config(format!(
                    "the schema of the tool `{}` is {limit}",
                    tool.name.escape_debug()
                )));
            }
        }
        match self.output {
            OutputFormat::JsonSchema { schema, .. } => match schema.beyond() {
                Some(limit) => {
                    Err(ModelError::config(format!("the schema of the output is {limit}")))
                }
                None => Ok(()),
            },
            OutputFormat::Text => Ok(()),
        }
    }

    /// Refuses a choice among tools of which one is not offered.
    pub(crate) fn check_allowed(&self) -> Result<(), ModelError> {
        let ToolChoice::Allowed { names, .. } = self.tool_choice else { return Ok(()) };
        let offered = |name: &String| self.tools.iter().any(|tool| tool.name == *name);
        match names.iter().find(|name| !offered(name)) {
            Some(name) => Err(ModelError::config(format!(
                "the tool `{}` is allowed, but not offered: add it to the tools",
                name.escape_debug()
            ))),
            None if names.is_empty() => Err(ModelError::config(
                "no tool is allowed: name one, or choose `ToolChoice::None`",
            )),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tools: Vec<&str> = self.tools.iter().map(|tool| tool.name.as_str()).collect();
        f.debug_struct("Request")
            .field("instructions", &self.instructions.map(Hidden))
            .field("messages", &self.messages)
            .field("tools", &tools)
            .field("hosted_tools", &self.hosted_tools)
            .field("tool_choice", self.tool_choice)
            .field("output", self.output)
            .field("settings", self.settings)
            .finish()
    }
}

/// A tool, as a model sees it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ToolDefinition {
    /// Its name: `^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$`.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The JSON schema of its arguments: an object.
    pub parameters: Schema,
}

impl ToolDefinition {
    /// A tool of this name, purpose and arguments.
    pub fn new(
        name: impl Into<String>,
        description: impl Into<String>,
        parameters: Schema,
    ) -> Self {
        Self { name: name.into(), description: description.into(), parameters }
    }
}

/// Whether and which tool is to be called.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ToolChoice {
    /// The model decides.
    #[default]
    Auto,
    /// No tool.
    None,
    /// At least one tool, of the model's choice.
    Required,
    /// This tool.
    Named(String),
    /// Some of the tools: the others stay known to the model, where the provider can be told so,
    /// and are not offered where not. Tools that the provider runs are none of them.
    ///
    /// ```
    /// use fastroai_providers::ToolChoice;
    /// let names = vec!["weather".to_owned(), "time".to_owned()];
    /// let choice = ToolChoice::Allowed { names, required: false };
    /// # assert_ne!(choice, ToolChoice::Auto);
    /// ```
    Allowed {
        /// Their names, at least one.
        names: Vec<String>,
        /// Whether one of them is to be called.
        required: bool,
    },
}

/// The form that the answer must have.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub enum OutputFormat {
    /// Any text.
    #[default]
    Text,
    /// JSON that fits a schema, held to it by the provider.
    JsonSchema {
        /// A name for the schema: letters, digits, `_` and `-`, at most 64.
        name: String,
        /// The schema.
        schema: Schema,
    },
}
