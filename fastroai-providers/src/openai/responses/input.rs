//! The conversation as items of the input.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::Responses;
use super::thought::is_sealed;
use crate::error::ModelError;
use crate::message::{
    ImageDetail, Media, MediaKind, MediaSource, Message, ToolCall, ToolMessage, ToolResult,
    UserMessage, UserPart,
};
use crate::openai::address::{Address, file_name};
use crate::openai::arguments;
use crate::request::Request;
use crate::response::{Part, Response};

/// One item of the input.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Item<'a> {
    Message(Said<'a>),
    FunctionCall {
        call_id: &'a str,
        name: &'a str,
        arguments: Cow<'a, str>,
        #[serde(flatten)]
        details: Details<'a>,
    },
    FunctionCallOutput {
        call_id: &'a str,
        output: Output<'a>,
    },
    CustomToolCall {
        call_id: &'a str,
        name: &'a str,
        input: &'a str,
        #[serde(flatten)]
        details: Details<'a>,
    },
    CustomToolCallOutput {
        call_id: &'a str,
        output: Output<'a>,
    },
    #[serde(untagged)]
    Raw(&'a Value),
}

/// What the provider sent with an item and wants back with it.
type Details<'a> = BTreeMap<&'a str, &'a Value>;

/// What a tool gave.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Output<'a> {
    Text(&'a str),
    Parts(Vec<Content<'a>>),
}

impl<'a> Output<'a> {
    fn of(result: &'a ToolResult) -> Result<Self, ModelError> {
        let text = result.content.as_str();
        if result.media.is_empty() {
            return Ok(Self::Text(text));
        }
        let said = (!text.is_empty()).then_some(Ok(Content::InputText { text }));
        let media = result.media.iter().map(Content::of_media);
        Ok(Self::Parts(said.into_iter().chain(media).collect::<Result<_, _>>()?))
    }
}

/// What one side says.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Said<'a> {
    User {
        role: &'static str,
        content: Vec<Content<'a>>,
    },
    /// The words of an assistant, whoever it was.
    Plain {
        role: &'static str,
        content: Cow<'a, str>,
    },
    /// A message of this provider's, as it was.
    Own {
        id: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        phase: Option<&'a Value>,
        role: &'static str,
        status: &'static str,
        content: Vec<Content<'a>>,
    },
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Content<'a> {
    InputText {
        text: &'a str,
    },
    InputImage {
        #[serde(skip_serializing_if = "Option::is_none")]
        image_url: Option<Address<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        file_id: Option<&'a str>,
        detail: ImageDetail,
    },
    InputFile {
        #[serde(skip_serializing_if = "Option::is_none")]
        file_id: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        filename: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        file_data: Option<Address<'a>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        file_url: Option<&'a str>,
    },
    OutputText {
        text: &'a str,
        annotations: Cow<'a, Value>,
    },
    Refusal {
        refusal: &'a str,
    },
    #[serde(untagged)]
    Raw(&'a Value),
}

/// The conversation as the wire has it, without its first messages where the provider knows them.
pub(super) fn items<'a>(
    config: &Responses,
    request: &Request<'a>,
    known: usize,
) -> Result<Vec<Item<'a>>, ModelError> {
    let messages = request.messages;
    let mut items = Vec::with_capacity(messages.len().saturating_sub(known));
    // Which calls were of custom tools: their results are items of another type.
    let mut custom: Vec<&str> = Vec::new();
    for (at, message) in messages.iter().enumerate() {
        match message {
            Message::Assistant(response) if at < known => {
                let calls = response.tool_calls().filter(|call| is_custom(call));
                custom.extend(calls.map(|call| call.id.as_str()));
            }
            _ if at < known => {}
            Message::User(user) => {
                let content = Content::of_user(user)?;
                if !content.is_empty() {
                    items.push(Item::Message(Said::User { role: "user", content }));
                }
            }
            Message::Assistant(response) => {
                let calls = response.tool_calls().filter(|call| is_custom(call));
                custom.extend(calls.map(|call| call.id.as_str()));
                Turn::of(config, response).write(&mut items);
            }
            Message::Tool(tool) => {
                for item in results(tool, &custom) {
                    items.push(item?);
                }
            }
        }
    }
    Ok(items)
}

fn results<'a>(
    tool: &'a ToolMessage,
    custom: &[&str],
) -> impl Iterator<Item = Result<Item<'a>, ModelError>> {
    tool.results.iter().map(|result| {
        let (call_id, output) = (result.call_id.as_str(), Output::of(result)?);
        Ok(if custom.contains(&call_id) {
            Item::CustomToolCallOutput { call_id, output }
        } else {
            Item::FunctionCallOutput { call_id, output }
        })
    })
}

fn is_custom(call: &ToolCall) -> bool {
    detail(call.details.as_ref(), "type").is_some_and(|kind| kind == "custom")
}

fn detail<'a>(details: Option<&'a Value>, name: &str) -> Option<&'a Value> {
    details.and_then(|details| details.get(name))
}

/// A turn of the assistant.
struct Turn<'a, 'c> {
    response: &'a Response,
    config: &'c Responses,
    /// It is this provider's, and what its items refer to goes with them.
    whole: bool,
}

impl<'a, 'c> Turn<'a, 'c> {
    fn of(config: &'c Responses, response: &'a Response) -> Self {
        let own = response.provider.as_deref() == Some(&*config.provider);
        let mut turn = Self { response, config, whole: false };
        turn.whole = own && turn.keeps_reasoning();
        turn
    }

    fn write(&self, items: &mut Vec<Item<'a>>) {
        let begin = items.len();
        for part in &self.response.parts {
            match part {
                Part::Text { text, details } if !text.is_empty() => {
                    self.write_text(text, details.as_ref(), &mut *items, begin);
                }
                Part::Refusal { text } if !text.is_empty() => {
                    Self::write_refusal(text, &mut *items, begin);
                }
                Part::ToolCall(call) => items.push(self.call(call)),
                Part::Provider { raw, .. } if self.takes_back(part) => {
                    Self::write_raw(raw, &mut *items, begin);
                }
                _ => {}
            }
        }
        // Reasoning that led to nothing is refused.
        while matches!(items.get(begin..), Some([.., Item::Raw(raw)]) if is_reasoning(raw)) {
            items.pop();
        }
    }

    fn write_text(
        &self,
        text: &'a str,
        details: Option<&'a Value>,
        items: &mut Vec<Item<'a>>,
        begin: usize,
    ) {
        let id = detail(details, "id").and_then(Value::as_str).filter(|_| self.whole);
        let last = items.get_mut(begin..).and_then(<[_]>::last_mut);
        match (id, last) {
            (Some(id), Some(Item::Message(Said::Own { id: last, content, .. }))) if *last == id => {
                content.push(Content::output(text, details));
            }
            (Some(id), _) => items.push(Item::Message(Said::Own {
                id,
                phase: detail(details, "phase"),
                role: "assistant",
                status: "completed",
                content: vec![Content::output(text, details)],
            })),
            (None, Some(Item::Message(Said::Plain { content, .. }))) => {
                content.to_mut().push_str(text);
            }
            (None, _) => items.push(Item::plain(text)),
        }
    }

    /// A refusal is a part of the message that it came in.
    fn write_refusal(text: &'a str, items: &mut Vec<Item<'a>>, begin: usize) {
        match items.get_mut(begin..).and_then(<[_]>::last_mut) {
            Some(Item::Message(Said::Own { content, .. })) => {
                content.push(Content::Refusal { refusal: text });
            }
            Some(Item::Message(Said::Plain { content, .. })) => content.to_mut().push_str(text),
            _ => items.push(Item::plain(text)),
        }
    }

    /// Content of an unknown kind stands alone in the history, and goes back into its message.
    fn write_raw(raw: &'a Value, items: &mut Vec<Item<'a>>, begin: usize) {
        let last = items.get_mut(begin..).and_then(<[_]>::last_mut);
        match (last, raw.get("content").and_then(Value::as_array)) {
            (Some(Item::Message(Said::Own { id, content, .. })), Some(more))
                if raw.get("id").is_some_and(|other| other == *id) =>
            {
                content.extend(more.iter().map(Content::Raw));
            }
            _ => items.push(Item::Raw(raw)),
        }
    }

    fn call(&self, call: &'a ToolCall) -> Item<'a> {
        let details = call.details.as_ref().and_then(Value::as_object).filter(|_| self.whole);
        let details = details.into_iter().flatten().map(|(name, value)| (name.as_str(), value));
        let details: Details<'a> = details.filter(|(name, _)| *name != "type").collect();
        let (call_id, name) = (call.id.as_str(), call.name.as_str());
        if is_custom(call) {
            Item::CustomToolCall { call_id, name, input: &call.arguments, details }
        } else {
            let arguments = arguments::object(&call.arguments);
            Item::FunctionCall { call_id, name, arguments, details }
        }
    }

    /// Whether all reasoning of the turn can go back; without it, ids that belong to it are refused.
    fn keeps_reasoning(&self) -> bool {
        let parts = &self.response.parts;
        parts.iter().enumerate().all(|(at, part)| match part {
            // What was shown stands before the item, unless the reply broke off before it came.
            Part::Reasoning(_) => parts.get(at + 1).is_some_and(
                |next| matches!(next, Part::Provider { raw, .. } if is_reasoning(raw)),
            ),
            Part::Provider { raw, .. } if is_reasoning(raw) => self.takes_back(part),
            _ => true,
        })
    }

    /// Whether an item goes back to the provider as it came.
    fn takes_back(&self, part: &Part) -> bool {
        let Part::Provider { provider, raw } = part else { return false };
        if *provider != *self.config.provider || !raw.is_object() {
            return false;
        }
        if is_reasoning(raw) {
            // An item of which the provider keeps nothing must hold something to read.
            let open = raw.get("content").and_then(Value::as_array).is_some_and(|c| !c.is_empty());
            let kept = self.config.store || self.response.stored;
            return kept || is_sealed(raw) || open;
        }
        // A hosted tool that the reply broke off in has no result.
        let done = raw.get("status").is_none_or(|status| status == "completed");
        done || !self.response.interrupted
    }
}

fn is_reasoning(raw: &Value) -> bool {
    raw.get("type").is_some_and(|kind| kind == "reasoning")
}

impl<'a> Item<'a> {
    fn plain(text: &'a str) -> Self {
        Self::Message(Said::Plain { role: "assistant", content: text.into() })
    }
}

impl<'a> Content<'a> {
    fn of_user(message: &'a UserMessage) -> Result<Vec<Self>, ModelError> {
        message.check()?;
        let mut content = Vec::with_capacity(message.parts.len());
        for part in &message.parts {
            match part {
                UserPart::Text { text } | UserPart::Correction { text } => {
                    content.extend((!text.is_empty()).then_some(Self::InputText { text }));
                }
                UserPart::Media(media) => content.push(Self::of_media(media)?),
                // What was sent before is kept unasked.
                UserPart::CachePoint { .. } => {}
            }
        }
        Ok(content)
    }

    fn of_media(media: &'a Media) -> Result<Self, ModelError> {
        let address = Address::of(media);
        let file_id = match media.source() {
            MediaSource::Uploaded(file) => Some(file.id()),
            _ => None,
        };
        let file = Self::InputFile { file_id, filename: None, file_data: None, file_url: None };
        match (media.kind(), address) {
            (MediaKind::Image, image_url) => {
                // The wire demands a detail.
                let detail = media.detail().unwrap_or(ImageDetail::Auto);
                Ok(Self::InputImage { image_url, file_id, detail })
            }
            (MediaKind::Document, None) => Ok(file),
            (MediaKind::Document, Some(Address::Url(url))) => Ok(Self::InputFile {
                file_id: None,
                filename: None,
                file_data: None,
                file_url: Some(url),
            }),
            (MediaKind::Document, address) => Ok(Self::InputFile {
                file_id: None,
                filename: Some(file_name(media)),
                file_data: address,
                file_url: None,
            }),
            _ => Err(media
                .unfit("the Responses API", "images and documents, by bytes, by URL or uploaded")),
        }
    }

    /// The wire demands annotations, be it none.
    fn output(text: &'a str, details: Option<&'a Value>) -> Self {
        let annotations = detail(details, "annotations");
        let none = || Cow::Owned(Value::Array(Vec::new()));
        Self::OutputText { text, annotations: annotations.map_or_else(none, Cow::Borrowed) }
    }
}
