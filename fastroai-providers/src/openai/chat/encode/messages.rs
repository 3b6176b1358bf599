//! The conversation on its way out, one wire message after the other.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::Value;

use super::content::Content;
use crate::error::ModelError;
use crate::message::{Message, ToolCall};
use crate::openai::arguments;
use crate::openai::chat::{ChatCompletions, ReasoningReplay};
use crate::request::Request;
use crate::response::{Part, Response};

/// The instructions and the conversation, one wire message after the other.
pub(super) fn messages<'a>(
    config: &ChatCompletions,
    request: &Request<'a>,
) -> Result<Vec<WireMessage<'a>>, ModelError> {
    let mut messages = Vec::with_capacity(request.messages.len().saturating_add(1));
    if let Some(content) = request.instructions.filter(|text| !text.is_empty()) {
        messages.push(WireMessage::System { content });
    }
    for message in request.messages {
        match message {
            Message::User(user) => {
                let content = Content::of_user(user)?;
                messages.extend(content.map(|content| WireMessage::User { content }));
            }
            Message::Assistant(response) => {
                let assistant = Assistant::of(response, config);
                if !assistant.is_empty() {
                    messages.push(WireMessage::Assistant(assistant));
                }
            }
            Message::Tool(tool) => {
                messages.extend(tool.results.iter().map(|result| WireMessage::Tool {
                    tool_call_id: &result.call_id,
                    content: match &*result.content {
                        "" if !result.media.is_empty() => "The result comes with the next message.",
                        content => content,
                    },
                }));
                let media = Content::of_tools(tool)?;
                messages.extend(media.map(|content| WireMessage::User { content }));
            }
        }
    }
    Ok(messages)
}

#[derive(Serialize)]
#[serde(tag = "role", rename_all = "lowercase")]
pub(super) enum WireMessage<'a> {
    // Not `developer`: OpenAI takes both, the services that follow it only this one.
    System { content: &'a str },
    User { content: Content<'a> },
    Assistant(Assistant<'a>),
    Tool { tool_call_id: &'a str, content: &'a str },
}

/// The texts in one, borrowed where there is only one; `None` where there is nothing in them.
pub(super) fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> Option<Cow<'a, str>> {
    let mut texts = texts.filter(|text| !text.is_empty());
    let first = Cow::Borrowed(texts.next()?);
    Some(texts.fold(first, |all, next| all + next))
}

#[derive(Serialize)]
pub(super) struct Assistant<'a> {
    content: Option<Content<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_details: Option<Cow<'a, Value>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<Call<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra_content: Option<&'a Value>,
}

impl<'a> Assistant<'a> {
    fn of(response: &'a Response, config: &ChatCompletions) -> Self {
        let own = response.provider.as_deref() == Some(&*config.provider);
        let mut assistant = Self {
            content: Content::of_assistant(response),
            reasoning_content: None,
            reasoning: None,
            reasoning_details: None,
            tool_calls: response.tool_calls().map(|call| Call::of(call, own)).collect(),
            extra_content: own_part(response, config, "extra_content"),
        };
        let thought =
            || joined(response.parts.iter().filter_map(Part::as_reasoning).map(|r| &*r.text));
        match config.reasoning_replay {
            ReasoningReplay::ReasoningContent if own => assistant.reasoning_content = thought(),
            ReasoningReplay::Reasoning if own => assistant.reasoning = thought(),
            ReasoningReplay::ReasoningDetails => {
                assistant.reasoning_details =
                    own_part(response, config, "reasoning_details").map(Cow::Borrowed);
                if assistant.reasoning_details.is_none() && own {
                    assistant.reasoning = thought();
                }
            }
            _ => {}
        }
        assistant
    }

    /// A turn without words and calls is not sent, not even with its reasoning.
    fn is_empty(&self) -> bool {
        self.content.is_none() && self.tool_calls.is_empty()
    }
}

/// What this provider sent under this name and wants back.
fn own_part<'a>(response: &'a Response, config: &ChatCompletions, name: &str) -> Option<&'a Value> {
    response.parts.iter().find_map(|part| match part {
        Part::Provider { provider, raw } if *provider == *config.provider => raw.get(name),
        _ => None,
    })
}

#[derive(Serialize)]
struct Call<'a> {
    id: &'a str,
    #[serde(flatten)]
    body: CallBody<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    extra_content: Option<&'a Value>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum CallBody<'a> {
    Function { function: Function<'a> },
    Custom { custom: Custom<'a> },
}

#[derive(Serialize)]
struct Function<'a> {
    name: &'a str,
    arguments: Cow<'a, str>,
}

#[derive(Serialize)]
struct Custom<'a> {
    name: &'a str,
    input: &'a str,
}

impl<'a> Call<'a> {
    fn of(call: &'a ToolCall, own: bool) -> Self {
        let detail = |name| call.details.as_ref().and_then(|details| details.get(name));
        let name = &call.name;
        let body = if detail("type").is_some_and(|kind| kind == "custom") {
            CallBody::Custom { custom: Custom { name, input: &call.arguments } }
        } else {
            CallBody::Function {
                function: Function { name, arguments: arguments::object(&call.arguments) },
            }
        };
        Self { id: &call.id, body, extra_content: detail("extra_content").filter(|_| own) }
    }
}
