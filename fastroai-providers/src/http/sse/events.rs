//! Bytes to events: the one place that knows the parser.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use sse_stream::{Error, Sse, SseByteStream};

use crate::error::{ModelError, ProtocolFault};

/// One event with data.
pub(super) struct Event {
    /// Empty where none was sent.
    pub(super) name: String,
    pub(super) data: String,
    /// The body ended before the blank line that ends an event.
    pub(super) unterminated: bool,
}

/// Splits a body into its events. Ends after the first error.
pub(super) fn parse(
    body: impl Stream<Item = Result<Bytes, ModelError>> + Send + 'static,
) -> impl Stream<Item = Result<Event, ModelError>> + Send + 'static {
    // The parser drops an event that no blank line ends, so the body gets one. By the time it is
    // asked for, every event before it has been handed out.
    let ended = Arc::new(AtomicBool::new(false));
    let blank_line = {
        let ended = Arc::clone(&ended);
        stream::once(async move {
            ended.store(true, Ordering::Relaxed);
            Ok(Bytes::from_static(b"\n\n"))
        })
    };
    let blocks = SseByteStream::new(body.chain(blank_line));
    blocks.filter_map(move |block| {
        let event = read(block, ended.load(Ordering::Relaxed));
        async move { event }
    })
}

fn read(block: Result<Sse, Error>, ended: bool) -> Option<Result<Event, ModelError>> {
    match block {
        Ok(Sse { event, data, .. }) => {
            let (name, data) = (event.unwrap_or_default(), data?);
            Some(Ok(Event { name, data, unterminated: ended }))
        }
        Err(Error::Body(error)) => Some(Err(match error.downcast::<ModelError>() {
            Ok(error) => *error,
            Err(_) => ModelError::protocol(ProtocolFault::BadEvent, "the stream broke"),
        })),
        // Cut inside a character: the body ended early, and the decoder says what is missing.
        Err(Error::Utf8Parse(error)) if ended && error.error_len().is_none() => None,
        Err(Error::Utf8Parse(_)) => {
            Some(Err(ModelError::protocol(ProtocolFault::BadUtf8, "the stream is not UTF-8")))
        }
        Err(_) => Some(Err(ModelError::protocol(
            ProtocolFault::BadEvent,
            "the stream holds an event that cannot be read",
        ))),
    }
}
