//! A provider's wire format, as pure functions.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::error::{ModelError, ProtocolFault};
use crate::model::Profile;
use crate::request::Request;
use crate::response::Response;
use crate::stream::Delta;
use crate::usage::Usage;

/// A wire format: how to ask, and how to read what comes back. No I/O, no clock, no state.
pub trait Protocol: Send + Sync + 'static {
    /// What a model of this name can do.
    fn profile(&self, model: &str) -> Profile;

    /// The headers that carry a key, beside [`Encoded::headers`]: name and value.
    fn authorization(&self, key: &str) -> (&'static str, String);

    /// Whether replies come in pieces only. A whole one is then asked for as a stream, and put
    /// together from its pieces.
    fn streams_only(&self) -> bool {
        false
    }

    /// Writes a request.
    ///
    /// # Errors
    /// Of kind `Config`, where the wire cannot carry what is asked.
    fn encode(
        &self,
        model: &str,
        request: &Request<'_>,
        streamed: bool,
    ) -> Result<Encoded, ModelError>;

    /// Writes the question how many tokens a request takes in; `None` where the wire has none.
    ///
    /// # Errors
    /// Of kind `Config`, where the wire cannot carry what is asked.
    fn encode_count(
        &self,
        model: &str,
        request: &Request<'_>,
    ) -> Result<Option<Encoded>, ModelError> {
        let _ = (model, request);
        Ok(None)
    }

    /// Reads the answer to [`encode_count`](Self::encode_count): tokens.
    ///
    /// # Errors
    /// Where it is no such answer.
    fn decode_count(&self, body: &[u8]) -> Result<u64, ModelError> {
        let _ = body;
        Err(ModelError::protocol(ProtocolFault::BadShape, "this wire counts no tokens"))
    }

    /// Asks how a reply stands that is made in the background, by its id: what is sent with `GET`
    /// and answered as the request was. `None` where the wire makes none.
    ///
    /// # Errors
    /// Of kind `Config`, where no address can be made of the id.
    fn encode_poll(&self, id: &str) -> Result<Option<Encoded>, ModelError> {
        let _ = id;
        Ok(None)
    }

    /// Tells the provider to give up a reply that it makes in the background, by its id. `None`
    /// where the wire makes none.
    ///
    /// # Errors
    /// Of kind `Config`, where no address can be made of the id.
    fn encode_cancel(&self, id: &str) -> Result<Option<Encoded>, ModelError> {
        let _ = id;
        Ok(None)
    }

    /// Reads the whole body of a successful reply.
    ///
    /// # Errors
    /// Where it is no reply, is cut off, or is an error that came with a good status.
    fn decode(&self, body: &[u8]) -> Result<Response, ModelError>;

    /// Reads the body of a reply whose status says that it failed.
    fn decode_error(&self, status: u16, body: &[u8]) -> ModelError;

    /// A reader for a streamed reply.
    fn decoder(&self) -> Box<dyn EventDecoder>;
}

/// Reads a streamed reply, one server-sent event after the other.
pub trait EventDecoder: Send {
    /// Takes one event: its name (empty where none was sent) and its data. Pushes what is new.
    ///
    /// # Errors
    /// Where the event does not parse, or is an error of the provider.
    fn event(
        &mut self,
        name: &str,
        data: &str,
        out: &mut Vec<Delta>,
    ) -> Result<Progress, ModelError>;

    /// What the provider has counted so far, all of it; `None` where it has said nothing new since it
    /// was asked for last.
    fn counted(&mut self) -> Option<Usage> {
        None
    }

    /// What has arrived so far, marked as interrupted; `None` when nothing has.
    fn partial(&self) -> Option<Response>;

    /// The whole reply, when the body has ended.
    ///
    /// # Errors
    /// `Protocol(Truncated)` with the partial reply, where the body ended before the reply did.
    fn finish(self: Box<Self>) -> Result<Response, ModelError>;
}

/// Whether a streamed reply goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// More is to come.
    More,
    /// The terminal event was seen: nothing that matters follows, even if the body stays open.
    Complete,
}

/// A request as it goes over the wire.
#[derive(Clone, PartialEq, Eq)]
pub struct Encoded {
    /// Below the base URL, without a leading slash; it may end in a query, as in `?alt=sse`.
    pub path: String,
    /// Beside `content-type`, `accept` and the key.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: Vec<u8>,
}

impl Encoded {
    /// Writes fields into the body, in the place of those of the same names.
    ///
    /// # Errors
    /// Of kind `Config`, where the body is no JSON object.
    pub fn with_fields(mut self, fields: &Map<String, Value>) -> Result<Self, ModelError> {
        if fields.is_empty() {
            return Ok(self);
        }
        let unwritten = || ModelError::config("fields can be added to a JSON object only");
        let mut body: BTreeMap<String, &RawValue> =
            serde_json::from_slice(&self.body).map_err(|_| unwritten())?;
        let added: BTreeMap<&String, Box<RawValue>> = fields
            .iter()
            .map(|(name, value)| Ok((name, serde_json::value::to_raw_value(value)?)))
            .collect::<Result<_, serde_json::Error>>()
            .map_err(|_| unwritten())?;
        body.extend(added.iter().map(|(name, value)| ((*name).clone(), &**value)));
        self.body = serde_json::to_vec(&body).map_err(|_| unwritten())?;
        Ok(self)
    }
}

impl fmt::Debug for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoded")
            .field("path", &self.path)
            .field("body", &format_args!("<{} bytes>", self.body.len()))
            .finish_non_exhaustive()
    }
}
