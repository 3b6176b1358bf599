//! The transport that records or plays.

use std::fmt;
use std::sync::Arc;

use fastroai_providers::ModelError;
use fastroai_providers::error::ProtocolFault;
use fastroai_providers::http::deny::{self, RequestPolicy};
use fastroai_providers::http::{Incoming, Outgoing, Transport};
use futures_util::future::{BoxFuture, ready};
use futures_util::{FutureExt, StreamExt, stream};

use super::exchange::{Received, of_answer};
use super::file::command;
use super::{Cassette, exchange};

/// A transport that records on a [`Cassette`], or plays from it.
#[derive(Clone)]
pub struct CassetteTransport {
    cassette: Cassette,
    way: Arc<dyn Transport>,
}

impl CassetteTransport {
    pub(super) fn new(cassette: Cassette, way: Arc<dyn Transport>) -> Self {
        Self { cassette, way }
    }

    async fn record(&self, outgoing: Outgoing) -> Result<Incoming, ModelError> {
        let place = self.cassette.tape().begin(&outgoing);
        // Whoever records has said so.
        let sent = deny::scoped(RequestPolicy::Allow, self.way.post(outgoing)).await?;
        let headers = of_answer(|name| sent.headers.get(name)?.to_str().ok());
        self.cassette.tape().head(place, sent.status, headers);
        let cassette = self.cassette.clone();
        let body = sent.body.inspect(move |piece| {
            cassette.tape().piece(place, piece.as_ref().ok());
        });
        Ok(Incoming::new(sent.status, sent.headers, body.boxed()))
    }

    fn play(&self, outgoing: &Outgoing) -> Result<Incoming, ModelError> {
        let played = self.cassette.tape().play(outgoing);
        if let Some(received) = played {
            return Ok(incoming(&received));
        }
        let error = ModelError::config(format!(
            "the cassette `{}` has no such request: see what differs in the test's output, or record \
             it anew with `{}`",
            self.cassette.name(),
            command()
        ));
        Err(match self.cassette.mismatch() {
            Some(mismatch) => error.with_source(mismatch),
            None => error,
        })
    }
}

fn incoming(received: &Received) -> Incoming {
    let mut pieces: Vec<_> = received.pieces().into_iter().map(Ok).collect();
    if received.cut_off {
        let fault = ProtocolFault::Truncated;
        pieces.push(Err(ModelError::protocol(fault, "the answer was cut off, as it was recorded")));
    }
    let mut incoming = Incoming::new(received.status, <_>::default(), stream::iter(pieces).boxed());
    for (name, value) in &received.headers {
        let Some(name) = exchange::known(name) else { continue };
        if let Ok(value) = value.parse() {
            incoming.headers.insert(name, value);
        }
    }
    incoming
}

impl Transport for CassetteTransport {
    fn post(&self, outgoing: Outgoing) -> BoxFuture<'_, Result<Incoming, ModelError>> {
        if self.cassette.is_recording() {
            return self.record(outgoing).boxed();
        }
        ready(self.play(&outgoing)).boxed()
    }
}

impl fmt::Debug for CassetteTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CassetteTransport").field(&self.cassette).finish()
    }
}
