//! What a model answered.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::hidden::Hidden;
use crate::message::ToolCall;
use crate::usage::Usage;

/// One reply of a model: what it said, why it stopped, what it took, and who answered.
///
/// It is also what stays in the history, so that a run appends it and never rebuilds it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Response {
    /// What the model said, in its order.
    pub parts: Vec<Part>,
    /// Why it stopped.
    #[serde(default)]
    pub finish_reason: FinishReason,
    /// The reason in the provider's own word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish_reason_raw: Option<String>,
    /// The stop sequence that was met, where the provider names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stop_sequence: Option<String>,
    /// What it took.
    #[serde(default)]
    pub usage: Usage,
    /// The provider that answered, as in `provider:model`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// The model that answered, as the provider names it; it may differ from the one asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The tier of service that the provider says it answered in, in its own word; it may differ from
    /// the one asked for, and decides what the reply costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<String>,
    /// The provider's id of this reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The provider keeps the reply, and the next request may refer to it by its id: see
    /// [`PreviousResponse`](crate::request::PreviousResponse).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stored: bool,
    /// The reply was cut off (a cancelled or broken stream): what is here is what had arrived.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub interrupted: bool,
}

impl Response {
    /// All text of the reply, without reasoning and refusals.
    #[must_use]
    pub fn text(&self) -> String {
        self.parts.iter().filter_map(Part::as_text).collect()
    }

    /// All reasoning that the provider showed.
    #[must_use]
    pub fn reasoning_text(&self) -> String {
        self.parts.iter().filter_map(Part::as_reasoning).map(|r| r.text.as_str()).collect()
    }

    /// What the model said instead of an answer, where it refused.
    #[must_use]
    pub fn refusal(&self) -> Option<String> {
        let mut refusals = self.parts.iter().filter_map(|part| match part {
            Part::Refusal { text } => Some(text.as_str()),
            _ => None,
        });
        let first = refusals.next()?.to_owned();
        Some(refusals.fold(first, |all, next| all + next))
    }

    /// The tools that the model wants to have run, in its order.
    pub fn tool_calls(&self) -> impl Iterator<Item = &ToolCall> {
        self.parts.iter().filter_map(|part| match part {
            Part::ToolCall(call) => Some(call),
            _ => None,
        })
    }
}

/// One piece of a reply.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Part {
    /// Text for the user.
    Text {
        /// The text.
        text: String,
        /// What the provider said beside it (citations, annotations, logprobs), as it said it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        details: Option<Value>,
    },
    /// Thinking that the model showed or signed.
    Reasoning(Reasoning),
    /// A wish to have a tool run.
    ToolCall(ToolCall),
    /// What the model said when it would not answer.
    Refusal {
        /// Its words.
        text: String,
    },
    /// Something only its provider understands; sent back to that provider as it came.
    Provider {
        /// The provider that sent it.
        provider: String,
        /// Its content, as it came.
        raw: Value,
    },
}

impl Part {
    /// A text without details.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text { text: text.into(), details: None }
    }

    /// The text, where this part is text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text { text, .. } => Some(text),
            _ => None,
        }
    }

    /// The reasoning, where this part is reasoning.
    #[must_use]
    pub fn as_reasoning(&self) -> Option<&Reasoning> {
        match self {
            Self::Reasoning(reasoning) => Some(reasoning),
            _ => None,
        }
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { text, .. } => f.debug_tuple("Text").field(&Hidden(text)).finish(),
            Self::Reasoning(reasoning) => reasoning.fmt(f),
            Self::ToolCall(call) => call.fmt(f),
            Self::Refusal { text } => f.debug_tuple("Refusal").field(&Hidden(text)).finish(),
            Self::Provider { provider, .. } => f.debug_tuple("Provider").field(provider).finish(),
        }
    }
}

/// Thinking, with what its provider needs to take it back.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reasoning {
    /// What the model showed; may be empty where the provider only signs.
    pub text: String,
    /// The provider's signature over it: opaque, sent back unchanged, and to no one else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
    /// Thinking that the provider encrypted instead of showing it: opaque, sent back unchanged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redacted: Option<String>,
}

impl fmt::Debug for Reasoning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reasoning")
            .field("text", &Hidden(&self.text))
            .field("signed", &self.signature.is_some())
            .field("redacted", &self.redacted.is_some())
            .finish()
    }
}

/// Why a model stopped.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum FinishReason {
    /// The answer is complete.
    Stop,
    /// The limit of output tokens, or the context window, cut it.
    Length,
    /// It waits for tools.
    ToolCalls,
    /// The provider's filter cut or replaced it.
    ContentFilter,
    /// The model would not answer.
    Refusal,
    /// A long turn was paused; sending the conversation again continues it.
    Paused,
    /// It has not stopped: the provider makes the reply in the background, and it is no answer yet.
    /// [`Model::poll`](crate::Model::poll) asks how it stands.
    Pending,
    /// The provider's own word for something else.
    Other(String),
    /// The provider did not say.
    #[default]
    Unknown,
}
