//! OpenAI's Responses API, and services that speak it.
//!
//! Facts of the wire: <https://platform.openai.com/docs/api-reference/responses>, its streams
//! <https://platform.openai.com/docs/api-reference/responses-streaming>.

mod assembly;
mod decode;
mod encode;
mod input;
mod item;
mod message;
mod model;
mod object;
mod stream;
mod thought;
mod usage;
mod wire;

use std::borrow::Cow;

use super::{error, profile};
use crate::error::ModelError;
use crate::model::Profile;
use crate::protocol::{Encoded, EventDecoder, Protocol};
use crate::request::Request;
use crate::response::Response;

/// The provider whose items (reasoning, hosted tools) this wire takes back by default.
const PROVIDER: &str = "openai-responses";

/// The Responses format, `POST responses`. [`new`](Self::new) speaks to OpenAI.
///
/// The conversation is ours: nothing is kept at the provider, and each request carries all of it,
/// unless the settings say otherwise:
///
/// - **`store`** has the provider keep the reply, and **`previous_response`** goes on from one that
///   it keeps: only what was said after it is sent. A `conversation` object of the provider's can be
///   named in `extra_body`; what it holds is sent again by whoever passes the same history.
/// - **`background`** has the provider make the reply on its own time, and keep it until it is
///   fetched. A reply that is not there yet ends as [`FinishReason::Pending`].
///
/// And as follows:
///
/// - **Reasoning** comes back encrypted and is kept as [`Part::Provider`], whole and as it came,
///   beside the text that the model showed. It is sent back to the provider that it came from, and
///   never to another; what that provider could not read any more is left out.
/// - **Hosted tools** (web search, code interpreter, MCP and the like) and items of unknown kinds are
///   kept as [`Part::Provider`] and sent back likewise.
///   They are asked for as [`HostedTool`](crate::HostedTool)s.
/// - **Media** are images and documents, by bytes, by URL or uploaded, from the user or as a part of
///   a tool's result. Anything else is refused before it is sent.
/// - **Item ids** stay in the details of texts and calls, and go back with them, unless the
///   reasoning that belongs to them is lost.
/// - **Tools** are offered as they are declared, not in the strict dialect; an answer's schema is
///   strict wherever the dialect can carry it.
/// - **`stop_sequences`** and **`top_k`** have no counterpart and are refused; **`seed`** has none
///   either and is not sent. Of **`cache`** the key is sent: the provider keeps what it likes.
/// - **A finish reason** is `Stop`, `ToolCalls` or `Refusal` for a completed reply, `Length` or
///   `ContentFilter` for an incomplete one, `Pending` for one that is made in the background, and
///   for one that was `cancelled` that word.
///
/// In a stream, a later version of an item replaces an earlier one: the finished item what was
/// announced, and the items of the last event, where it has any, the finished ones. Only a text that
/// has become empty stays what it was.
///
/// [`Part::Provider`]: crate::Part::Provider
/// [`FinishReason::Pending`]: crate::FinishReason::Pending
///
/// ```
/// use fastroai_providers::openai::Responses;
/// use fastroai_providers::protocol::Protocol;
/// use fastroai_providers::{Message, Request, Settings};
///
/// let (settings, messages) = (Settings::default(), [Message::user("Hello")]);
/// let request = Request::new(&messages, &settings);
/// let encoded = Responses::new().encode("gpt-4.1", &request, false)?;
/// assert_eq!(encoded.path, "responses");
/// # Ok::<(), fastroai_providers::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Responses {
    /// The provider, as in `provider:model`. What only a provider understands is marked with it,
    /// and sent back to no other.
    pub provider: Cow<'static, str>,
    /// Whether the provider keeps each reply where the settings do not say. Otherwise reasoning models are asked for their
    /// reasoning in encrypted form, so that it can be sent back.
    pub store: bool,
    /// Whether reasoning models are asked for their reasoning in encrypted form where it is not
    /// kept. Services that tell their thoughts in plain words may refuse that.
    pub encrypted_reasoning: bool,
    /// Whether, and how, the model is to sum up its reasoning.
    pub reasoning_summary: Option<ReasoningSummary>,
}

/// How a model sums up its reasoning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
#[serde(rename_all = "lowercase")]
pub enum ReasoningSummary {
    /// In as much detail as the model has.
    Auto,
    /// In short.
    Concise,
    /// In detail.
    Detailed,
}

impl Responses {
    /// The format as OpenAI speaks it, for the provider `openai-responses`.
    #[must_use]
    pub fn new() -> Self {
        Self::for_provider(PROVIDER)
    }

    /// The same format at another provider.
    #[must_use]
    pub fn for_provider(provider: impl Into<Cow<'static, str>>) -> Self {
        Self {
            provider: provider.into(),
            store: false,
            encrypted_reasoning: true,
            reasoning_summary: None,
        }
    }
}

impl Default for Responses {
    fn default() -> Self {
        Self::new()
    }
}

/// Where a reply is that the provider keeps.
fn address(id: &str) -> Result<String, ModelError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if (1..=256).contains(&id.len()) && id.bytes().all(plain) {
        return Ok(format!("responses/{id}"));
    }
    Err(ModelError::config("the reply's id is none of this wire: letters, digits, `_` and `-`"))
}

impl Protocol for Responses {
    fn profile(&self, model: &str) -> Profile {
        if self.provider == PROVIDER { profile::of(model) } else { Profile::default() }
    }

    fn authorization(&self, key: &str) -> (&'static str, String) {
        ("authorization", format!("Bearer {key}"))
    }

    fn encode(
        &self,
        model: &str,
        request: &Request<'_>,
        streamed: bool,
    ) -> Result<Encoded, ModelError> {
        let body = encode::body(self, model, request, streamed)?;
        Ok(Encoded { path: "responses".to_owned(), headers: Vec::new(), body })
    }

    /// <https://platform.openai.com/docs/api-reference/responses/input-tokens>
    fn encode_count(
        &self,
        model: &str,
        request: &Request<'_>,
    ) -> Result<Option<Encoded>, ModelError> {
        let body = encode::count_body(self, model, request)?;
        let path = "responses/input_tokens".to_owned();
        Ok(Some(Encoded { path, headers: Vec::new(), body }))
    }

    fn decode_count(&self, body: &[u8]) -> Result<u64, ModelError> {
        decode::count(body)
    }

    /// <https://platform.openai.com/docs/api-reference/responses/get>
    fn encode_poll(&self, id: &str) -> Result<Option<Encoded>, ModelError> {
        Ok(Some(Encoded { path: address(id)?, headers: Vec::new(), body: Vec::new() }))
    }

    /// <https://platform.openai.com/docs/api-reference/responses/cancel>
    fn encode_cancel(&self, id: &str) -> Result<Option<Encoded>, ModelError> {
        let path = format!("{}/cancel", address(id)?);
        Ok(Some(Encoded { path, headers: Vec::new(), body: b"{}".to_vec() }))
    }

    fn decode(&self, body: &[u8]) -> Result<Response, ModelError> {
        decode::whole(self.provider.clone(), body)
    }

    fn decode_error(&self, status: u16, body: &[u8]) -> ModelError {
        error::from_body(status, body)
    }

    fn decoder(&self) -> Box<dyn EventDecoder> {
        Box::new(stream::Decoder::new(self.provider.clone()))
    }
}
