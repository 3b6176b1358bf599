//! The conversation, in a form that belongs to no provider and can be stored.

mod arguments;
mod history;
mod media;
mod untrusted;
mod user;

use std::fmt;

use serde::{Deserialize, Serialize};

pub(crate) use arguments::ArgumentsObject;
pub use history::{History, HistoryError};
pub(crate) use media::check_uploads;
pub use media::{
    ImageDetail, Media, MediaBytes, MediaError, MediaKind, MediaSource, MediaUrl, UploadedFile,
};
pub use untrusted::{Dropped, Sanitised};
pub use user::{UserMessage, UserPart};

use crate::hidden::Hidden;
use crate::response::Response;

/// One turn of a conversation.
///
/// There is no system message: instructions belong to the agent, are sent with each
/// [`Request`](crate::Request), and are never taken from a history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(tag = "role", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "every second message of a conversation is a reply")]
pub enum Message {
    /// What the user (or the program for him) said.
    User(UserMessage),
    /// What the model answered.
    Assistant(Response),
    /// What the tools gave for the calls of the answer before.
    Tool(ToolMessage),
}

impl Message {
    /// A user's message of one text.
    pub fn user(text: impl Into<String>) -> Self {
        Self::User(UserMessage::from(text))
    }

    /// A request to the model to mend its last answer, in one text.
    pub fn correction(text: impl Into<String>) -> Self {
        Self::User(UserMessage { parts: vec![UserPart::Correction { text: text.into() }] })
    }

    /// The results of tools.
    #[must_use]
    pub fn tool(results: Vec<ToolResult>) -> Self {
        Self::Tool(ToolMessage { results, interrupted: false })
    }

    /// The media that go with it: what the user attached, or what the tools gave.
    pub fn media(&self) -> impl Iterator<Item = &Media> {
        let (attached, given) = match self {
            Self::User(user) => (user.parts.as_slice(), [].as_slice()),
            Self::Tool(tool) => ([].as_slice(), tool.results.as_slice()),
            Self::Assistant(_) => ([].as_slice(), [].as_slice()),
        };
        let attached = attached.iter().filter_map(|part| match part {
            UserPart::Media(media) => Some(media),
            _ => None,
        });
        attached.chain(given.iter().flat_map(|result| &result.media))
    }
}

impl From<UserMessage> for Message {
    fn from(message: UserMessage) -> Self {
        Self::User(message)
    }
}

/// The results of one turn's tools, in the order of the calls.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolMessage {
    /// One result for each call.
    pub results: Vec<ToolResult>,
    /// The run ended before all of them were in; the missing ones say so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
}

/// A model's wish to have a tool run.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolCall {
    /// The provider's id; may be empty or repeated as it comes off the wire, a run makes it unique.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments, exactly as the model wrote them: usually, but not always, a JSON object.
    pub arguments: String,
    /// What only the provider understands and wants back with the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<serde_json::Value>,
}

impl ToolCall {
    /// A call as it came off the wire.
    pub fn new(
        id: impl Into<String>,
        name: impl Into<String>,
        arguments: impl Into<String>,
    ) -> Self {
        Self { id: id.into(), name: name.into(), arguments: arguments.into(), details: None }
    }
}

impl fmt::Debug for ToolCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolCall")
            .field("id", &self.id)
            .field("name", &self.name)
            .field("arguments", &Hidden(&self.arguments))
            .finish_non_exhaustive()
    }
}

/// What a tool gave, as the model reads it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolResult {
    /// The id of the call that this answers.
    pub call_id: String,
    /// The tool's name.
    pub name: String,
    /// What the model reads: text, or JSON.
    pub content: String,
    /// Pictures and documents that the tool gave beside it. Wires whose results are text only send
    /// them behind the results, in a message that says which tool they came from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub media: Vec<Media>,
    /// How it went.
    #[serde(default)]
    pub outcome: ToolOutcome,
}

impl ToolResult {
    /// The answer to a call.
    pub fn new(call: &ToolCall, content: impl Into<String>, outcome: ToolOutcome) -> Self {
        let (call_id, name) = (call.id.clone(), call.name.clone());
        Self { call_id, name, content: content.into(), media: Vec::new(), outcome }
    }

    /// The answer, with these media beside it.
    ///
    /// ```
    /// use fastroai_providers::{Media, ToolCall, ToolOutcome, ToolResult};
    /// let call = ToolCall::new("call_1", "screenshot", "{}");
    /// let shot = Media::image_bytes("image/png", b"\x89PNG")?;
    /// let result = ToolResult::new(&call, "The screen.", ToolOutcome::Success).with_media([shot]);
    /// assert_eq!(result.media.len(), 1);
    /// # Ok::<(), fastroai_providers::message::MediaError>(())
    /// ```
    #[must_use]
    pub fn with_media(mut self, media: impl IntoIterator<Item = Media>) -> Self {
        self.media.extend(media);
        self
    }
}

impl fmt::Debug for ToolResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ToolResult")
            .field("call_id", &self.call_id)
            .field("name", &self.name)
            .field("content", &Hidden(&self.content))
            .field("media", &self.media.len())
            .field("outcome", &self.outcome)
            .finish()
    }
}

/// How a tool's call went.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum ToolOutcome {
    /// It gave a result.
    #[default]
    Success,
    /// The model is asked to correct the call.
    Retry,
    /// It failed for good.
    Failed,
    /// The run ended before a result was in.
    Interrupted,
}

impl ToolOutcome {
    /// Whether a provider with an error flag on results should see it raised.
    #[must_use]
    pub fn is_error(self) -> bool {
        self != Self::Success
    }
}
