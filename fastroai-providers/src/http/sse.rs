//! Server-sent events, from the bytes of a body to the pieces of a reply.
//!
//! The format is the one of the [HTML standard](https://html.spec.whatwg.org/multipage/server-sent-events.html):
//! any of the three line ends, a byte-order mark, comments, several lines of data.

mod events;
mod guard;
pub(super) mod limit;

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::BoxStream;
use futures_util::{Stream, StreamExt};
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout};

use crate::error::{ModelError, ModelErrorKind, ProtocolFault};
use crate::protocol::{EventDecoder, Progress};
use crate::stream::{ResponseStream, StreamEvent};

use events::Event;
pub(super) use guard::limited;

/// How large a streamed reply may be, and how long it may take.
///
/// Without `idle` and `until` no clock is read, so that no runtime is needed.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Limits {
    /// The most bytes of one event; 8 MiB unless set.
    pub event_bytes: usize,
    /// The most bytes of the whole body; 32 MiB unless set.
    pub body_bytes: usize,
    /// The longest silence. Only whole events and comments end a silence, single bytes do not.
    pub idle: Option<Duration>,
    /// When the reply must be there.
    pub until: Option<Instant>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { event_bytes: 8 << 20, body_bytes: 32 << 20, idle: None, until: None }
    }
}

/// Reads the pieces of a reply out of the body of a stream.
///
/// The stream ends once the decoder has seen the terminal event, even if the body stays open. It
/// ends with an error that holds what had arrived where the body breaks, ends early or is too long.
pub fn decode_stream(
    decoder: Box<dyn EventDecoder>,
    body: impl Stream<Item = Result<Bytes, ModelError>> + Send + 'static,
    limits: Limits,
) -> ResponseStream {
    decode_limited(decoder, limited(body, limits), None)
}

/// As [`decode_stream`], for a body whose limits are already watched.
///
/// After the terminal event the body is read on in the background for as long as `linger`.
pub(super) fn decode_limited(
    decoder: Box<dyn EventDecoder>,
    body: impl Stream<Item = Result<Bytes, ModelError>> + Send + 'static,
    linger: Option<Duration>,
) -> ResponseStream {
    Decoding {
        linger,
        open: Some(Open { decoder, events: events::parse(body).boxed() }),
        deltas: Vec::new(),
        ready: VecDeque::new(),
    }
    .boxed()
}

/// A reply on its way.
struct Decoding {
    /// `None` once the end is known: the body is let go before its last item is handed out.
    open: Option<Open>,
    deltas: Vec<crate::stream::Delta>,
    ready: VecDeque<Result<StreamEvent, ModelError>>,
    linger: Option<Duration>,
}

struct Open {
    decoder: Box<dyn EventDecoder>,
    events: BoxStream<'static, Result<Event, ModelError>>,
}

impl Stream for Decoding {
    type Item = Result<StreamEvent, ModelError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Poll::Ready(Some(item));
            }
            let Some(open) = &mut self.open else { return Poll::Ready(None) };
            let event = ready!(open.events.poll_next_unpin(cx));
            self.advance(event);
        }
    }
}

impl Decoding {
    fn advance(&mut self, event: Option<Result<Event, ModelError>>) {
        let Some(mut open) = self.open.take() else { return };
        let step = match event {
            None => Ok(Progress::Complete),
            Some(Err(error)) => Err(error),
            Some(Ok(event)) => {
                let step = open.decoder.event(&event.name, &event.data, &mut self.deltas);
                let deltas = self.deltas.drain(..);
                self.ready.extend(deltas.map(|delta| Ok(StreamEvent::Delta(delta))));
                match step {
                    // Half an event is no event: the decoder says what is missing.
                    Err(error) if event.unterminated && is_unreadable(&error) => {
                        Ok(Progress::Complete)
                    }
                    step => step,
                }
            }
        };
        match step {
            Ok(Progress::More) => {
                let counted = open.decoder.counted().map(Box::new).map(StreamEvent::Usage);
                self.ready.extend(counted.map(Ok));
                self.open = Some(open);
            }
            Ok(Progress::Complete) => {
                if let Some(linger) = self.linger {
                    read_on(open.events, linger);
                }
                let reply = open.decoder.finish();
                self.ready.push_back(reply.map(|reply| StreamEvent::Done(Box::new(reply))));
            }
            Err(error) => {
                let partial = match error.partial() {
                    None => open.decoder.partial(),
                    Some(_) => None,
                };
                let error = partial.into_iter().fold(error, ModelError::with_partial);
                self.ready.push_back(Err(error));
            }
        }
    }
}

/// Lets a body come to its end, so that its connection can serve the next request.
///
/// The end is usually a few bytes behind the terminal event; no one waits for it.
fn read_on(mut events: BoxStream<'static, Result<Event, ModelError>>, linger: Duration) {
    let Ok(runtime) = Handle::try_current() else { return };
    runtime.spawn(async move {
        let rest = async { while let Some(Ok(_)) = events.next().await {} };
        // What takes longer is not worth a connection: dropping it closes it.
        let _ = timeout(linger, rest).await;
    });
}

fn is_unreadable(error: &ModelError) -> bool {
    use ProtocolFault::{BadEvent, BadShape, NotJson, Truncated};
    matches!(error.kind(), ModelErrorKind::Protocol(BadEvent | BadShape | NotJson | Truncated))
}
