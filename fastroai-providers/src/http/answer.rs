//! What a provider answered, once it has accepted a request.

use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};

use super::body::{self, Body, Bounds};
use super::exchange::Reply;
use super::sse::{self, Limits};
use crate::error::{ModelError, ModelErrorKind, Phase, ProtocolFault};
use crate::protocol::Protocol;
use crate::response::{Part, Response};
use crate::stream::{Delta, ResponseStream, StreamEvent};

/// How long a stream that has said everything may take to end.
const LINGER: Duration = Duration::from_millis(250);

/// A whole answer, read by what its wire format makes of it.
pub(super) async fn whole<T>(
    reply: Reply,
    decode: impl FnOnce(&[u8]) -> Result<T, ModelError>,
) -> Result<T, ModelError> {
    let (content_type, bounds) = (reply.content_type(), reply.bounds());
    read(decode, reply.body(), bounds, &content_type).await
}

/// The pieces of an answer that was asked for as a stream, even if it did not come as one.
pub(super) async fn pieces(protocol: Arc<dyn Protocol>, reply: Reply) -> ResponseStream {
    let content_type = reply.content_type();
    let bounds = reply.bounds();
    let limits = Limits {
        idle: Some(bounds.idle),
        until: bounds.until,
        body_bytes: bounds.bytes,
        ..Limits::default()
    };
    let body = sse::limited(reply.body(), limits).boxed();
    let (events, body) = body::begins_with_event(body).await;
    if events.unwrap_or_else(|| content_type.starts_with("text/event-stream")) {
        return sse::decode_limited(protocol.decoder(), body, Some(LINGER));
    }
    match read(|bytes| protocol.decode(bytes), body, bounds, &content_type).await {
        Ok(response) => {
            let deltas = deltas(&response).into_iter().map(|delta| Ok(StreamEvent::Delta(delta)));
            let all = deltas.chain([Ok(StreamEvent::Done(Box::new(response)))]);
            stream::iter(all.collect::<Vec<_>>()).boxed()
        }
        Err(error) => stream::iter([Err(error)]).boxed(),
    }
}

/// Reads a body to its end, and the answer out of it.
async fn read<T>(
    decode: impl FnOnce(&[u8]) -> Result<T, ModelError>,
    body: Body,
    bounds: Bounds,
    content_type: &str,
) -> Result<T, ModelError> {
    let (bytes, broken) = body::read(body, bounds).await;
    if let Some(error) = broken {
        return Err(cut_off(error));
    }
    let bytes = body::without_mark(&bytes);
    if std::str::from_utf8(bytes).is_err() {
        return Err(ModelError::protocol(ProtocolFault::BadUtf8, "the answer is not UTF-8"));
    }
    decode(bytes).map_err(|error| body::diagnose(bytes, content_type, error))
}

/// A whole body that broke off is one that was cut, however the connection ended.
fn cut_off(error: ModelError) -> ModelError {
    match error.kind() {
        ModelErrorKind::Transport { phase: Phase::Body, .. } => {
            ModelError::protocol(ProtocolFault::Truncated, "the answer was cut off")
                .with_source(error)
        }
        _ => error,
    }
}

/// A whole reply as pieces, for readers that wait for them.
fn deltas(response: &Response) -> Vec<Delta> {
    let mut deltas = Vec::new();
    let mut calls = 0;
    for part in &response.parts {
        match part {
            Part::Text { text, .. } => deltas.push(Delta::Text(text.clone())),
            Part::Reasoning(reasoning) => deltas.push(Delta::Reasoning(reasoning.text.clone())),
            Part::Refusal { text } => deltas.push(Delta::Refusal(text.clone())),
            Part::ToolCall(call) => {
                let (index, fragment) = (calls, call.arguments.clone());
                deltas.push(Delta::ToolCall { index, name: call.name.clone() });
                deltas.push(Delta::Arguments { index, fragment });
                calls += 1;
            }
            Part::Provider { .. } => {}
        }
    }
    deltas
}
