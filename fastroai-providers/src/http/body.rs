//! The body of an answer that is read whole, and what is wrong with one that cannot be read.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};

use super::sse::limit;
use crate::error::{ModelError, ModelErrorKind, ProtocolFault};

/// How far a body may go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) bytes: usize,
    pub(super) idle: Duration,
    pub(super) until: Option<Instant>,
}

/// Bytes as they come, failures classed.
pub(super) type Body = BoxStream<'static, Result<Bytes, ModelError>>;

/// Everything that came, and why it was not all.
pub(super) async fn read(mut body: Body, bounds: Bounds) -> (Vec<u8>, Option<ModelError>) {
    let mut bytes = Vec::new();
    loop {
        let now = Instant::now();
        let silent_at = now.checked_add(bounds.idle);
        let chunk = match silent_at.into_iter().chain(bounds.until).min() {
            None => body.next().await,
            Some(first) => match timeout_at(first, body.next()).await {
                Ok(chunk) => chunk,
                Err(_) if bounds.until == Some(first) => return (bytes, Some(limit::too_late())),
                Err(_) => return (bytes, Some(limit::silent(bounds.idle))),
            },
        };
        match chunk {
            None => return (bytes, None),
            Some(Err(error)) => return (bytes, Some(error)),
            Some(Ok(chunk)) if chunk.len() > bounds.bytes - bytes.len() => {
                return (bytes, Some(limit::too_large("the answer", bounds.bytes)));
            }
            Some(Ok(chunk)) => bytes.extend_from_slice(&chunk),
        }
    }
}

/// Whether a body begins as a stream of events does, its label set aside: labels are often wrong.
///
/// `None` where its first character that is no space tells nothing. The whole body is given back.
pub(super) async fn begins_with_event(mut body: Body) -> (Option<bool>, Body) {
    let mut seen = Vec::new();
    let first = loop {
        let Some(chunk) = body.next().await else { break None };
        let first = match &chunk {
            Ok(bytes) => bytes.iter().copied().find(|byte| !is_before_text(*byte)),
            Err(_) => Some(b':'),
        };
        seen.push(chunk);
        if first.is_some() {
            break first;
        }
    };
    let events = match first {
        // A comment, or one of the fields `data`, `event`, `id` and `retry`.
        Some(b':' | b'd' | b'e' | b'i' | b'r') => Some(true),
        Some(b'{' | b'[' | b'<') => Some(false),
        _ => None,
    };
    (events, stream::iter(seen).chain(body).boxed())
}

/// White space, and the bytes of a byte-order mark.
fn is_before_text(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0xEF | 0xBB | 0xBF)
}

/// The body without a byte-order mark, which no JSON parser takes.
pub(super) fn without_mark(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body)
}

/// A finer word for a body that the wire format could not read.
pub(super) fn diagnose(body: &[u8], content_type: &str, error: ModelError) -> ModelError {
    if !matches!(error.kind(), ModelErrorKind::Protocol(_)) {
        return error;
    }
    match serde_json::from_slice::<serde::de::IgnoredAny>(body) {
        Ok(_) => error,
        Err(fault) if fault.is_eof() => {
            ModelError::protocol(ProtocolFault::Truncated, "the answer was cut off")
        }
        Err(_) => not_json(&String::from_utf8_lossy(body), content_type),
    }
}

/// Something else came than the provider's answer.
fn not_json(text: &str, content_type: &str) -> ModelError {
    let label: String = content_type.chars().filter(char::is_ascii_graphic).take(60).collect();
    let message = format!(
        "the answer is not JSON but `{label}`: is the base URL right, or is a proxy in between"
    );
    ModelError::protocol(ProtocolFault::NotJson, message).with_detail(text)
}
