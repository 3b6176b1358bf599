//! Anthropic's Messages API, and servers that speak it.
//!
//! The wire is described in <https://platform.claude.com/docs/en/api/messages>, its streams in
//! <https://platform.claude.com/docs/en/build-with-claude/streaming>.

mod block;
mod decode;
mod encode;
mod error;
mod fields;
mod identifier;
mod model;
mod schema;
mod stream;
mod thinking;
mod turn;
mod usage;

use crate::error::ModelError;
use crate::model::Profile;
use crate::protocol::{Encoded, EventDecoder, Protocol};
use crate::request::Request;
use crate::response::Response;

/// The provider whose opaque blocks (signatures, server tools) this wire takes back.
const PROVIDER: &str = "anthropic";

/// The Messages API, `POST /v1/messages`, in its version of 2023-06-01.
///
/// What a [`Request`] asks goes over this wire as follows:
///
/// - **`max_tokens`** is demanded: where none is set, it is 64,000 for Claude 4.5 and later,
///   Sonnet 4 and Sonnet 3.7, 32,000 for Opus 4 and 4.1, 8,192 for Claude 3.5, and else 4,096.
/// - **`temperature`** goes from 0 to 1. Opus 4.7 and all later models take no sampling settings;
///   there, anything but the default is refused before it is sent.
/// - **`reasoning_effort`** becomes adaptive thinking of effort `low`, `medium` or `high` for Claude
///   4.6 and later (`Minimal` is `low`), and a budget of 1,024, 2,048, 8,192 or 16,384 tokens for
///   others, at most half of `max_tokens` so that an answer fits. Thinking allows neither another
///   temperature than 1, nor a `top_p` below 0.95, nor a forced tool.
/// - **`seed`** has no counterpart and is not sent.
/// - **Tool ids** of other providers are rewritten where the wire does not take their letters, the
///   same way for a call and its result.
///
/// Reasoning and provider blocks in the history are sent only where the turn came from `anthropic`.
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
#[derive(Debug, Clone, Copy, Default)]
pub struct Messages;

impl Messages {
    /// The wire format, which has nothing to set.
    #[must_use]
    pub fn new() -> Self {
        Self
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
        Ok(Encoded {
            path: "v1/messages".to_owned(),
            headers: vec![("anthropic-version", "2023-06-01".to_owned())],
            body: encode::body(model, request, streamed)?,
        })
    }

    fn decode(&self, body: &[u8]) -> Result<Response, ModelError> {
        decode::reply(body)
    }

    fn decode_error(&self, status: u16, body: &[u8]) -> ModelError {
        error::of_status(status, body)
    }

    fn decoder(&self) -> Box<dyn EventDecoder> {
        Box::new(stream::Decoder::default())
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
