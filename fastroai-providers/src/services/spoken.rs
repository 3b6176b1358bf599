//! A wire as one service speaks it.

use super::{Face, KeyHeader, Refused};
use crate::error::ModelError;
use crate::model::Profile;
use crate::protocol::{Encoded, EventDecoder, Protocol};
use crate::request::{Request, Settings, ToolChoice};
use crate::response::Response;

/// An adapter, and the row that says where its service differs. What comes in is read in all
/// variants at once, so that only the way out is changed.
pub(super) struct Spoken {
    face: &'static Face,
    wire: Box<dyn Protocol>,
}

impl Spoken {
    pub(super) fn new(face: &'static Face) -> Self {
        Self { face, wire: face.wire() }
    }

    fn check(&self, settings: &Settings) -> Result<(), ModelError> {
        let refused = self.face.refused.iter().find(|refused| refused.is_set_in(settings));
        let Some(refused) = refused else { return Ok(()) };
        let setting = refused.name();
        Err(ModelError::config(format!("this service takes no `{setting}`: leave it unset")))
    }

    /// The request, with a free choice among the tools where the model cannot be made to call one.
    fn with_choice<'a>(&self, model: &str, request: Request<'a>) -> Request<'a> {
        let is_forced = matches!(request.tool_choice, ToolChoice::Required | ToolChoice::Named(_));
        let thinking = request.settings.extra_body.get("thinking");
        let thinks = thinking.is_none_or(|thinking| thinking["type"] != "disabled");
        if is_forced && thinks && !self.face.forced_tools.contain(model) {
            return Request { tool_choice: &ToolChoice::Auto, ..request };
        }
        request
    }
}

impl Refused {
    fn is_set_in(self, settings: &Settings) -> bool {
        match self {
            Self::MaxTokens => settings.max_tokens.is_some(),
            Self::Temperature => settings.temperature.is_some(),
            Self::TopP => settings.top_p.is_some(),
        }
    }

    /// The setting's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MaxTokens => "max_tokens",
            Self::Temperature => "temperature",
            Self::TopP => "top_p",
        }
    }
}

impl Protocol for Spoken {
    fn profile(&self, model: &str) -> Profile {
        let (face, own) = (self.face, self.wire.profile(model));
        Profile {
            tools: own.tools && face.tools,
            json_schema: own.json_schema && face.json_schema.contain(model),
            json_schema_beside_tools: own.json_schema_beside_tools && face.json_schema_beside_tools,
            ..own
        }
    }

    fn authorization(&self, key: &str) -> (&'static str, String) {
        match self.face.key_header {
            KeyHeader::Bearer => ("authorization", format!("Bearer {key}")),
            KeyHeader::Named(name) => (name, key.to_owned()),
        }
    }

    fn streams_only(&self) -> bool {
        self.face.streams_only
    }

    fn encode(
        &self,
        model: &str,
        request: &Request<'_>,
        streamed: bool,
    ) -> Result<Encoded, ModelError> {
        self.check(request.settings)?;
        let request = self.with_choice(model, *request);
        let mut encoded = self.wire.encode(model, &request, streamed || self.face.streams_only)?;
        let path = self.face.path_for(model);
        if !path.is_empty() {
            path.clone_into(&mut encoded.path);
        }
        Ok(encoded)
    }

    fn encode_count(
        &self,
        model: &str,
        request: &Request<'_>,
    ) -> Result<Option<Encoded>, ModelError> {
        if !self.face.counts_tokens {
            return Ok(None);
        }
        let request = self.with_choice(model, *request);
        let Some(mut count) = self.wire.encode_count(model, &request)? else { return Ok(None) };
        // It is asked below the address of replies, on each wire that asks for it at one of its own.
        let path = self.face.path_for(model);
        if let Some((_, last)) = count.path.rsplit_once('/').filter(|_| !path.is_empty()) {
            count.path = format!("{path}/{last}");
        }
        Ok(Some(count))
    }

    fn decode_count(&self, body: &[u8]) -> Result<u64, ModelError> {
        self.wire.decode_count(body)
    }

    fn encode_poll(&self, id: &str) -> Result<Option<Encoded>, ModelError> {
        self.wire.encode_poll(id)
    }

    fn encode_cancel(&self, id: &str) -> Result<Option<Encoded>, ModelError> {
        self.wire.encode_cancel(id)
    }

    fn decode(&self, body: &[u8]) -> Result<Response, ModelError> {
        self.wire.decode(body)
    }

    fn decode_error(&self, status: u16, body: &[u8]) -> ModelError {
        self.wire.decode_error(status, body)
    }

    fn decoder(&self) -> Box<dyn EventDecoder> {
        self.wire.decoder()
    }
}
