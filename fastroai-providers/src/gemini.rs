//! Google's Gemini API, in its own format.
//!
//! The wire is described in <https://ai.google.dev/api/generate-content>, its signatures in
//! <https://ai.google.dev/gemini-api/docs/thought-signatures>.

mod assembly;
mod decode;
mod encode;
mod error;
mod finish;
mod model;
mod result;
mod schema;
mod thinking;
mod turn;
mod usage;
mod wire;

use crate::error::ModelError;
use crate::model::Profile;
use crate::protocol::{Encoded, EventDecoder, Protocol};
use crate::request::Request;
use crate::response::Response;

/// The provider whose signatures, ids and opaque parts this wire takes back.
const PROVIDER: &str = "google";

/// Where the details of a part keep its signature, under the wire's own name.
const SIGNATURE: &str = "thoughtSignature";

/// The Gemini API, `POST /v1beta/models/…:generateContent` and `:streamGenerateContent`.
///
/// What a [`Request`] asks goes over this wire as follows:
///
/// - **`reasoning_effort`** becomes a level (`MINIMAL` to `HIGH`) for Gemini 3 and later, and for
///   Gemini 2.5 a budget of 1,024 (minimal and low), 8,192 or 24,576 tokens, at most half of
///   `max_tokens` so that an answer fits; the thoughts are asked for with it. `XHigh` and `Max` are
///   `High`. **`reasoning_budget`** is such a budget as it is, for Gemini 2.5 alone. A level that a Pro
///   model lacks becomes its nearest higher one. `None` turns thinking off on Gemini 2.5 Flash, and
///   is refused by all later and all Pro models, which always think. Models that cannot think are
///   not asked to.
/// - **Tools** go as JSON Schema, unchanged (`parametersJsonSchema`).
/// - **An answer's schema** goes as `responseJsonSchema`; keywords that Google does not hold to are
///   told to the model in the description. Models before Gemini 3 take no schema beside tools.
/// - **`seed`** goes up to 2,147,483,647, and there are at most 5 **`stop_sequences`**.
/// - **`service_tier`** is `standard`, `flex` or `priority`; `auto` and `default`, other providers'
///   words for what holds anyway, are not sent.
/// - **Media** of every kind go by bytes, by URL or by the URI of an uploaded file; which types it
///   takes, the model says itself. What a tool gave goes within its result to Gemini 3 and later
///   where it is a picture, a PDF or plain text by its bytes, and else behind the results.
/// - **Hosted tools** (`{"googleSearch": {}}`, say) go beside the functions.
/// - **`cache`** is not sent: what was sent before is kept unasked.
/// - **`parallel_tool_calls`** has no counterpart and is not sent.
/// - **Results of tools** go as `{"result": …}` or `{"error": …}`: objects and lists as they are
///   where the wire keeps them exactly (its numbers are doubles), all else as text.
/// - **Ids of calls** are sent only where Google gave them; else order and names match results.
///
/// Signatures, thoughts and provider parts in the history are sent only where the turn came from
/// `google`. Gemini 3 demands a signature on the first call of each turn: on foreign ones it gets
/// the documented word that stands for none.
///
/// ```
/// use fastroai_providers::gemini::GenerateContent;
/// use fastroai_providers::protocol::Protocol;
/// use fastroai_providers::{Message, Request, Settings};
///
/// let (settings, messages) = (Settings::default(), [Message::user("Hello")]);
/// let request = Request::new(&messages, &settings);
/// let encoded = GenerateContent::new().encode("gemini-2.5-flash", &request, false)?;
/// assert_eq!(encoded.path, "v1beta/models/gemini-2.5-flash:generateContent");
/// assert_eq!(encoded.body, br#"{"contents":[{"role":"user","parts":[{"text":"Hello"}]}]}"#);
/// # Ok::<(), fastroai_providers::ModelError>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct GenerateContent;

impl GenerateContent {
    /// The wire format, which has nothing to set.
    #[must_use]
    pub fn new() -> Self {
        Self
    }
}

impl Protocol for GenerateContent {
    fn profile(&self, model: &str) -> Profile {
        let abilities = model::Abilities::of(model);
        Profile {
            tools: abilities.structured,
            json_schema: abilities.structured,
            json_schema_beside_tools: abilities.current,
            ..Profile::default()
        }
    }

    fn authorization(&self, key: &str) -> (&'static str, String) {
        ("x-goog-api-key", key.to_owned())
    }

    fn encode(
        &self,
        model: &str,
        request: &Request<'_>,
        streamed: bool,
    ) -> Result<Encoded, ModelError> {
        Ok(Encoded {
            path: encode::path(model, streamed)?,
            headers: Vec::new(),
            body: encode::body(model, request)?,
        })
    }

    /// <https://ai.google.dev/api/tokens>
    fn encode_count(
        &self,
        model: &str,
        request: &Request<'_>,
    ) -> Result<Option<Encoded>, ModelError> {
        Ok(Some(Encoded {
            path: encode::count_path(model)?,
            headers: Vec::new(),
            body: encode::count_body(model, request)?,
        }))
    }

    fn decode_count(&self, body: &[u8]) -> Result<u64, ModelError> {
        decode::count(body)
    }

    fn decode(&self, body: &[u8]) -> Result<Response, ModelError> {
        decode::whole(body)
    }

    fn decode_error(&self, status: u16, body: &[u8]) -> ModelError {
        error::of_status(status, body)
    }

    fn decoder(&self) -> Box<dyn EventDecoder> {
        Box::new(decode::Decoder::default())
    }
}

/// A schema in the dialect in which Gemini holds an answer to it.
///
/// # Errors
/// What the dialect cannot carry, with a JSON pointer to it.
pub fn strict_schema(
    schema: &crate::request::Schema,
) -> Result<&serde_json::value::RawValue, &str> {
    schema.strict(schema::transform)
}
