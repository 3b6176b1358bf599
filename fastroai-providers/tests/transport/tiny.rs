//! The smallest wire format that can show every fault, and ways to ask through it.

use std::sync::Arc;
use std::time::Duration;

use fastroai_providers::error::{ProtocolFault, ProviderFault};
use fastroai_providers::http::{ApiKey, HttpModel, HttpTransport, Timeouts};
use fastroai_providers::message::Message;
use fastroai_providers::protocol::{Encoded, EventDecoder, Progress, Protocol};
use fastroai_providers::{
    Delta, FinishReason, Model, ModelError, Part, Profile, Request, Response, Settings, StreamEvent,
};
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::server::Server;

/// `{"text": …}` is a reply, and a piece of one; `{"error": {"code": …}}` is an error.
pub(crate) struct Tiny;

impl Protocol for Tiny {
    fn profile(&self, _model: &str) -> Profile {
        Profile::default()
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
        let body = json!({
            "model": model,
            "prompt": request.instructions,
            "stream": streamed,
        });
        Ok(Encoded {
            path: "v1/ask".to_owned(),
            headers: vec![("x-tier", request.settings.service_tier.clone().unwrap_or_default())],
            body: body.to_string().into_bytes(),
        })
    }

    fn decode(&self, body: &[u8]) -> Result<Response, ModelError> {
        let json: Value = serde_json::from_slice(body)
            .map_err(|_| ModelError::protocol(ProtocolFault::BadShape, "not JSON"))?;
        if let Some(error) = json.get("error") {
            return Err(provider_error(error));
        }
        match json["text"].as_str() {
            Some(text) => Ok(reply(text)),
            None => Err(ModelError::protocol(ProtocolFault::BadShape, "no text")),
        }
    }

    fn decode_error(&self, status: u16, body: &[u8]) -> ModelError {
        let fault = match status {
            429 => ProviderFault::RateLimit,
            500.. => ProviderFault::Server,
            _ => ProviderFault::InvalidRequest,
        };
        let error = ModelError::provider_fault(fault, "the provider said no");
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        match json["error"]["message"].as_str() {
            Some(message) => error.with_detail(message),
            None => error,
        }
    }

    fn decoder(&self) -> Box<dyn EventDecoder> {
        Box::new(Reader::default())
    }
}

fn reply(text: &str) -> Response {
    let mut response = Response::default();
    if !text.is_empty() {
        response.parts = vec![Part::text(text)];
    }
    response
}

fn provider_error(error: &Value) -> ModelError {
    let code = error["code"].as_str().unwrap_or_default();
    let fault = match code {
        "insufficient_quota" => ProviderFault::Quota,
        "overloaded" => ProviderFault::Overloaded,
        _ => ProviderFault::Other,
    };
    ModelError::provider_fault(fault, "the provider said no")
        .with_code(code)
        .with_detail(error["message"].as_str().unwrap_or_default())
}

#[derive(Default)]
struct Reader {
    text: String,
    finish: Option<FinishReason>,
}

impl EventDecoder for Reader {
    fn event(
        &mut self,
        name: &str,
        data: &str,
        out: &mut Vec<Delta>,
    ) -> Result<Progress, ModelError> {
        if data == "[DONE]" {
            self.finish.get_or_insert(FinishReason::Unknown);
            return Ok(Progress::Complete);
        }
        if name == "ping" {
            return Ok(Progress::More);
        }
        let json: Value = serde_json::from_str(data)
            .map_err(|_| ModelError::protocol(ProtocolFault::BadEvent, "no JSON in an event"))?;
        if let Some(error) = json.get("error") {
            return Err(provider_error(error));
        }
        if let Some(piece) = json["text"].as_str() {
            self.text.push_str(piece);
            out.push(Delta::Text(piece.to_owned()));
        }
        if json["finish"].is_string() {
            self.finish = Some(FinishReason::Stop);
        }
        Ok(Progress::More)
    }

    fn partial(&self) -> Option<Response> {
        (!self.text.is_empty()).then(|| reply(&self.text))
    }

    fn finish(self: Box<Self>) -> Result<Response, ModelError> {
        let Some(finish) = self.finish else {
            let error = ModelError::protocol(ProtocolFault::Truncated, "the stream ended early");
            let partial = (!self.text.is_empty()).then(|| reply(&self.text));
            return Err(partial.into_iter().fold(error, ModelError::with_partial));
        };
        let mut response = reply(&self.text);
        response.finish_reason = finish;
        Ok(response)
    }
}

/// Limits that let a test end soon.
pub(crate) fn short() -> Timeouts {
    Timeouts {
        connect: Duration::from_millis(400),
        first_byte: Duration::from_secs(5),
        idle: Duration::from_secs(5),
        total: Duration::from_secs(10),
    }
}

pub(crate) const CANARY: &str = "sk-canary-8f2e7d1c";

pub(crate) fn model(url: &str, timeouts: Timeouts) -> HttpModel {
    let transport = HttpTransport::default().with_connect_timeout(timeouts.connect);
    let id = "tiny:small".parse().unwrap();
    HttpModel::new(id, Arc::new(Tiny), transport, url.parse().unwrap())
        .with_timeouts(timeouts)
        .with_key(ApiKey::new(CANARY).unwrap())
}

pub(crate) async fn ask_with(
    model: &HttpModel,
    settings: &Settings,
) -> Result<Response, ModelError> {
    let messages = [Message::user("hello")];
    let mut request = Request::new(&messages, settings);
    request.instructions = Some("say something");
    model.request(&request).await
}

pub(crate) async fn ask(server: &Server, timeouts: Timeouts) -> Result<Response, ModelError> {
    ask_with(&model(&server.url(), timeouts), &Settings::default()).await
}

/// What came of a stream: its text in pieces, and its end.
pub(crate) struct Streamed {
    pub(crate) text: String,
    pub(crate) end: Result<Response, ModelError>,
}

pub(crate) async fn stream(server: &Server, timeouts: Timeouts) -> Streamed {
    let model = model(&server.url(), timeouts);
    let messages = [Message::user("hello")];
    let settings = Settings::default();
    let request = Request::new(&messages, &settings);
    match model.stream(&request).await {
        Ok(events) => collect(events).await,
        Err(error) => Streamed { text: String::new(), end: Err(error) },
    }
}

pub(crate) async fn collect(mut events: fastroai_providers::ResponseStream) -> Streamed {
    let mut text = String::new();
    while let Some(event) = events.next().await {
        let end = match event {
            Ok(StreamEvent::Delta(Delta::Text(piece))) => {
                text.push_str(&piece);
                continue;
            }
            Ok(StreamEvent::Done(response)) => Ok(*response),
            Ok(other) => panic!("unexpected {other:?}"),
            Err(error) => Err(error),
        };
        assert!(events.next().await.is_none(), "something came after the end");
        return Streamed { text, end };
    }
    panic!("the stream ended without a word")
}
