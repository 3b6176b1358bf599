//! Anthropic's Messages API, and servers that speak it.
//!
//! The wire is described in <https://platform.claude.com/docs/en/api/messages>, its streams in
//! <https://platform.claude.com/docs/en/build-with-claude/streaming>.

mod block;
mod cache;
mod decode;
mod encode;
mod error;
mod fields;
mod identifier;
mod media;
mod model;
mod schema;
mod stream;
mod thinking;
mod turn;
mod usage;

use std::borrow::Cow;

use crate::error::ModelError;
use crate::message::check_uploads;
use crate::model::Profile;
use crate::protocol::{Encoded, EventDecoder, Protocol};
use crate::request::Request;
use crate::response::Response;

/// The Messages API, `POST /v1/messages`, in its version of 2023-06-01 unless told otherwise.
///
/// What a [`Request`] asks goes over this wire as follows:
///
/// - **`max_tokens`** is demanded: where none is set, it is 64,000 for Claude 4.5 and later,
///   Sonnet 4 and Sonnet 3.7, 32,000 for Opus 4 and 4.1, 8,192 for Claude 3.5, and else 4,096.
/// - **`temperature`** goes from 0 to 1. Opus 4.7 and all later models take no sampling settings;
///   there, anything but the default is refused before it is sent.
/// - **`reasoning_effort`** becomes adaptive thinking of effort `low`, `medium`, `high`, `xhigh` or
///   `max` for Claude 4.6 and later (`Minimal` is `low`; `XHigh` is `high` before 4.7), and a budget
///   of 1,024, 2,048, 8,192, 16,384 or 32,768 tokens for others, at most half of `max_tokens` so
///   that an answer fits. **`reasoning_budget`** is such a budget as it is, for Claude up to 4.6, of
///   at least 1,024 tokens and below `max_tokens`. Thinking allows neither another
///   temperature than 1, nor a `top_p` below 0.95, nor a forced tool.
/// - **`seed`** has no counterpart and is not sent.
/// - **`cache`** and cache points become `cache_control`. A request has at most four breakpoints:
///   where there are more, the conversation's oldest are dropped. What is kept for an hour must
///   come before what is kept for five minutes.
/// - **Media** are JPEG, PNG, GIF and WebP images and PDFs, by bytes or URL, and plain text by its
///   bytes, from the user or as a part of a tool's result; and images and documents that were
///   uploaded, which adds their beta header. Anything else is refused before it is sent.
/// - **Hosted tools** go among the tools. The beta header that some want goes into
///   `extra_headers`.
/// - **Tool ids** of other providers are rewritten where the wire does not take their letters, the
///   same way for a call and its result.
///
/// Reasoning and provider blocks in the history are sent only where the turn came from the same
/// provider; its reasoning without a signature goes as text in `<thinking>` tags.
///
/// ```
/// use fastroai_providers::anthropic::Messages;
/// use fastroai_providers::protocol::Protocol;
/// use fastroai_providers::{Message, Request, Settings};
///
/// let (settings, messages) = (Settings::default(), [Message::user("Hello")]);
/// let request = Request::new(&messages, &settings);
/// let encoded = Messages::new().encode("claude-sonnet-4-5", &request, false)?;
/// assert_eq!(encoded.path, "v1/messages");
/// # Ok::<(), fastroai_providers::ModelError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Messages {
    /// The provider, as in `provider:model`. What only a provider understands (signed thinking, the
    /// blocks of its server tools) is sent back to it, and to no other.
    pub provider: Cow<'static, str>,
    /// The version of the wire that is spoken.
    pub version: Version,
}

/// A version of the Messages API, as the header `anthropic-version` names it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Version {
    /// 2023-06-01, which all that speak this wire know.
    #[default]
    V2023_06_01,
    /// 2026-10-21, which takes no `temperature`, `top_p` and `top_k`.
    V2026_10_21,
}

impl Version {
    fn as_str(self) -> &'static str {
        match self {
            Self::V2023_06_01 => "2023-06-01",
            Self::V2026_10_21 => "2026-10-21",
        }
    }
}

impl Messages {
    /// The format as Anthropic speaks it.
    #[must_use]
    pub fn new() -> Self {
        Self::for_provider("anthropic")
    }

    /// The same format at another provider.
    #[must_use]
    pub fn for_provider(provider: impl Into<Cow<'static, str>>) -> Self {
        Self { provider: provider.into(), version: Version::default() }
    }

    /// Speaks this version of it.
    #[must_use]
    pub fn with_version(mut self, version: Version) -> Self {
        self.version = version;
        self
    }

    /// The request around its body, which holds files that were uploaded or not: see
    /// <https://platform.claude.com/docs/en/build-with-claude/files>.
    fn encoded(&self, path: &str, body: Vec<u8>, uploads: bool) -> Encoded {
        let mut headers = vec![("anthropic-version", self.version.as_str().to_owned())];
        if uploads {
            headers.push(("anthropic-beta", "files-api-2025-04-14".to_owned()));
        }
        Encoded { path: path.to_owned(), headers, body }
    }
}

impl Default for Messages {
    fn default() -> Self {
        Self::new()
    }
}

impl Protocol for Messages {
    fn profile(&self, model: &str) -> Profile {
        let abilities = model::Abilities::of(model);
        Profile {
            json_schema: abilities.json_schema,
            default_max_tokens: Some(abilities.max_tokens),
            ..Profile::default()
        }
    }

    fn authorization(&self, key: &str) -> (&'static str, String) {
        ("x-api-key", key.to_owned())
    }

    fn encode(
        &self,
        model: &str,
        request: &Request<'_>,
        streamed: bool,
    ) -> Result<Encoded, ModelError> {
        let uploads = check_uploads(request.messages, &self.provider)?;
        Ok(self.encoded("v1/messages", encode::body(self, model, request, streamed)?, uploads))
    }

    /// <https://platform.claude.com/docs/en/api/messages-count-tokens>
    fn encode_count(
        &self,
        model: &str,
        request: &Request<'_>,
    ) -> Result<Option<Encoded>, ModelError> {
        let uploads = check_uploads(request.messages, &self.provider)?;
        let body = encode::count_body(self, model, request)?;
        Ok(Some(self.encoded("v1/messages/count_tokens", body, uploads)))
    }

    fn decode_count(&self, body: &[u8]) -> Result<u64, ModelError> {
        decode::count(body)
    }

    fn decode(&self, body: &[u8]) -> Result<Response, ModelError> {
        decode::reply(&self.provider, body)
    }

    fn decode_error(&self, status: u16, body: &[u8]) -> ModelError {
        error::of_status(status, body)
    }

    fn decoder(&self) -> Box<dyn EventDecoder> {
        Box::new(stream::Decoder::new(self.provider.clone()))
    }
}

/// A schema in the dialect in which Anthropic holds an answer to it.
///
/// # Errors
/// What the dialect cannot carry, with a JSON pointer to it.
pub fn strict_schema(
    schema: &crate::request::Schema,
) -> Result<&serde_json::value::RawValue, &str> {
    schema.strict(schema::transform)
}
