//! The conversation on its way out, one wire message after the other.

use std::borrow::Cow;

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::message::{Message, ToolCall, UserMessage};
use crate::openai::chat::{ChatCompletions, ReasoningReplay};
use crate::request::Request;
use crate::response::{Part, Response};

/// The instructions and the conversation, one wire message after the other.
pub(super) struct Messages<'a> {
    pub(super) config: &'a ChatCompletions,
    pub(super) request: &'a Request<'a>,
}

impl Serialize for Messages<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut messages = serializer.serialize_seq(None)?;
        if let Some(content) = self.request.instructions.filter(|text| !text.is_empty()) {
            let content = Content::Text(Cow::Borrowed(content));
            messages.serialize_element(&WireMessage::System { content })?;
        }
        for message in self.request.messages {
            match message {
                Message::User(user) => {
                    if let Some(content) = Content::of_user(user) {
                        messages.serialize_element(&WireMessage::User { content })?;
                    }
                }
                Message::Assistant(response) => {
                    let assistant = Assistant::of(response, self.config);
                    if !assistant.is_empty() {
                        messages.serialize_element(&WireMessage::Assistant(assistant))?;
                    }
                }
                Message::Tool(tool) => {
                    for result in &tool.results {
                        messages.serialize_element(&WireMessage::Tool {
                            tool_call_id: &result.call_id,
                            content: &result.content,
                        })?;
                    }
                }
            }
        }
        messages.end()
    }
}

#[derive(Serialize)]
#[serde(tag = "role", rename_all = "lowercase")]
enum WireMessage<'a> {
    // Not `developer`: OpenAI takes both, the services that follow it only this one.
    System { content: Content<'a> },
    User { content: Content<'a> },
    Assistant(Assistant<'a>),
    Tool { tool_call_id: &'a str, content: &'a str },
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a> {
    Text(Cow<'a, str>),
    Parts(Vec<ContentPart<'a>>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum ContentPart<'a> {
    Text { text: Cow<'a, str> },
    Refusal { refusal: Cow<'a, str> },
}

impl<'a> Content<'a> {
    /// One text goes as a string, which every service takes; several keep their borders.
    fn of_user(message: &'a UserMessage) -> Option<Self> {
        match message.parts.as_slice() {
            [] => None,
            [part] => Some(Self::Text(part.as_text().into())),
            parts => Some(Self::Parts(
                parts
                    .iter()
                    .map(|part| ContentPart::Text { text: part.as_text().into() })
                    .collect(),
            )),
        }
    }

    /// What an assistant said is one text, however many pieces it came in. A refusal has a part of
    /// its own.
    fn of_assistant(response: &'a Response) -> Option<Self> {
        let text = joined(response.parts.iter().filter_map(Part::as_text));
        let refusal = joined(response.parts.iter().filter_map(|part| match part {
            Part::Refusal { text } => Some(text.as_str()),
            _ => None,
        }));
        match (text, refusal) {
            (None, None) => None,
            (Some(text), None) => Some(Self::Text(text)),
            (text, Some(refusal)) => {
                let text = text.map(|text| ContentPart::Text { text });
                let refusal = ContentPart::Refusal { refusal };
                Some(Self::Parts(text.into_iter().chain([refusal]).collect()))
            }
        }
    }
}

/// The texts in one, borrowed where there is only one; `None` where there is nothing in them.
fn joined<'a>(texts: impl Iterator<Item = &'a str>) -> Option<Cow<'a, str>> {
    let mut texts = texts.filter(|text| !text.is_empty());
    let first = Cow::Borrowed(texts.next()?);
    Some(texts.fold(first, |all, next| all + next))
}

#[derive(Serialize)]
struct Assistant<'a> {
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
            CallBody::Function { function: Function { name, arguments: object(&call.arguments) } }
        };
        Self { id: &call.id, body, extra_content: detail("extra_content").filter(|_| own) }
    }
}

/// The arguments as a valid object, since services refuse a conversation that holds anything else:
/// exactly as they are where they are one, and wrapped where the model wrote something broken.
fn object(arguments: &str) -> Cow<'_, str> {
    let trimmed = arguments.trim();
    if trimmed.is_empty() {
        return "{}".into();
    }
    if trimmed.starts_with('{') && serde_json::from_str::<serde::de::IgnoredAny>(trimmed).is_ok() {
        return arguments.into();
    }
    serde_json::json!({ "INVALID_JSON": arguments }).to_string().into()
}
