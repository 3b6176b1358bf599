//! What a model was asked.

use std::fmt;
use std::sync::Arc;

use fastroai_providers::message::UserPart;
use fastroai_providers::{
    HostedTool, Message, OutputFormat, Request, Settings, ToolChoice, ToolDefinition,
};

use super::scripted::count;

/// One request, as a model was asked it. `Debug` shows no content.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Asked {
    /// What the agent was told before the conversation.
    pub instructions: Option<String>,
    /// The conversation so far.
    pub messages: Vec<Message>,
    /// The names of the tools on offer.
    pub tools: Vec<String>,
    /// The tools on offer, as the model reads them.
    pub definitions: Vec<Arc<ToolDefinition>>,
    /// The tools on offer that the provider runs itself.
    pub hosted_tools: Vec<HostedTool>,
    /// Whether and which tool was to be called.
    pub tool_choice: ToolChoice,
    /// The form that the answer was to have.
    pub output: OutputFormat,
    /// How to generate.
    pub settings: Settings,
    /// Whether the reply was to be streamed.
    pub streamed: bool,
}

impl fmt::Debug for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.instructions.as_deref().map(str::len);
        f.debug_struct("Asked")
            .field("instructions", &told.map(|bytes| format!("<{bytes} bytes>")))
            .field("messages", &self.messages)
            .field("tools", &self.tools)
            .field("hosted_tools", &self.hosted_tools)
            .field("tool_choice", &self.tool_choice)
            .field("settings", &self.settings)
            .field("streamed", &self.streamed)
            .finish_non_exhaustive()
    }
}

impl Asked {
    pub(crate) fn of(request: &Request<'_>, streamed: bool) -> Self {
        Self {
            instructions: request.instructions.map(str::to_owned),
            messages: request.messages.to_vec(),
            tools: request.tools.iter().map(|tool| tool.name.clone()).collect(),
            definitions: request.tools.to_vec(),
            hosted_tools: request.hosted_tools.to_vec(),
            tool_choice: request.tool_choice.clone(),
            output: request.output.clone(),
            settings: request.settings.clone(),
            streamed,
        }
    }

    /// What the user said last, or what the runtime had corrected since; `""` where no one did.
    #[must_use]
    pub fn prompt(&self) -> String {
        let said = self.messages.iter().rev().find_map(|message| match message {
            Message::User(user) => Some(user.parts.iter().filter_map(UserPart::as_text).collect()),
            _ => None,
        });
        said.unwrap_or_default()
    }

    /// What the tools of the last turn gave, as the model reads it, in the order of the calls.
    #[must_use]
    pub fn tool_results(&self) -> Vec<&str> {
        match self.messages.last() {
            Some(Message::Tool(tool)) => {
                tool.results.iter().map(|result| result.content.as_str()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The request in a few words, without its content.
    pub(super) fn sketch(&self) -> String {
        let last = match self.messages.last() {
            Some(Message::User(user)) => {
                let is_correction =
                    user.parts.iter().any(|part| matches!(part, UserPart::Correction { .. }));
                if is_correction { "a correction".to_owned() } else { "the user's".to_owned() }
            }
            Some(Message::Tool(tool)) => {
                let names: Vec<String> =
                    tool.results.iter().map(|result| format!("`{}`", result.name)).collect();
                format!("results of {}", names.join(", "))
            }
            Some(_) => "the model's".to_owned(),
            None => "none".to_owned(),
        };
        let tools: Vec<String> = self.tools.iter().map(|name| format!("`{name}`")).collect();
        let tools = if tools.is_empty() { "no tools".to_owned() } else { tools.join(", ") };
        format!(
            "{}, the last {last}; on offer {tools}",
            count(self.messages.len(), "message", "messages")
        )
    }
}
