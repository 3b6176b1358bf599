//! One recorded reply through an adapter, in one piece and in many.

use bytes::Bytes;
use fastroai_providers::error::ModelError;
use fastroai_providers::http::sse::{Limits, decode_stream};
use fastroai_providers::protocol::Protocol;
use fastroai_providers::{Delta, Response, ResponseStream, StreamEvent};
use futures_util::{FutureExt, StreamExt, stream};

use crate::compare::{self, Complaints};
use crate::cuts::{self, Cuts, Place};
use crate::recording::{Exchange, Facts};

/// What an adapter made of a reply.
pub(crate) struct Read {
    pub(crate) deltas: Vec<Delta>,
    pub(crate) end: Result<Response, ModelError>,
}

/// Reads a reply without a network, and notes what is wrong with how it is read.
pub(crate) fn read(
    protocol: &dyn Protocol,
    exchange: &Exchange,
    facts: &Facts,
    cuts: Option<&mut Cuts>,
    complaints: &mut Complaints,
) -> Read {
    let whole = |end| Read { deltas: Vec::new(), end };
    if exchange.status >= 400 {
        let read = whole(Err(protocol.decode_error(exchange.status, &exchange.body)));
        compare::read(exchange, facts, &read, complaints);
        return read;
    }
    if !facts.is_true("is_stream") {
        let read = whole(protocol.decode(&exchange.body));
        compare::read(exchange, facts, &read, complaints);
        return read;
    }
    let read = read_pieces(protocol, &[&exchange.body]);
    compare::read(exchange, facts, &read, complaints);
    if let Some(cuts) = cuts {
        for place in Place::ALL {
            let again = read_pieces(protocol, &cuts.cut(&exchange.body, place));
            compare::same_reading(place.name(), &read, &again, complaints);
        }
        if let Some(body) = cuts::with_cr_lf(&exchange.body) {
            for place in [Place::InsideLineEnds, Place::Random] {
                let again = read_pieces(protocol, &cuts.cut(&body, place));
                let how = format!("CR LF, {}", place.name());
                compare::same_reading(&how, &read, &again, complaints);
            }
        }
    }
    read
}

fn read_pieces(protocol: &dyn Protocol, pieces: &[&[u8]]) -> Read {
    let pieces: Vec<_> = pieces.iter().map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let events = decode_stream(protocol.decoder(), stream::iter(pieces), Limits::default());
    // No clock and no socket: every piece is there, so nothing ever waits.
    collect(events).now_or_never().unwrap_or_else(|| Read {
        deltas: Vec::new(),
        end: Err(ModelError::config("the stream waits, though all of it is there")),
    })
}

/// All that comes down a stream, which must end exactly once.
pub(crate) async fn collect(mut events: ResponseStream) -> Read {
    let mut deltas = Vec::new();
    let mut ends = Vec::new();
    while let Some(event) = events.next().await {
        match event {
            Ok(StreamEvent::Delta(delta)) => deltas.push(delta),
            Ok(StreamEvent::Usage(_)) => {}
            Ok(StreamEvent::Done(reply)) => ends.push(Ok(*reply)),
            Ok(other) => ends.push(Err(ModelError::config(format!("unknown event {other:?}")))),
            Err(error) => ends.push(Err(error)),
        }
    }
    let end = match (ends.pop(), ends.is_empty()) {
        (Some(end), true) => end,
        (Some(_), false) => Err(ModelError::config("the stream ended more than once")),
        (None, _) => Err(ModelError::config("the stream ended without a word")),
    };
    Read { deltas, end }
}
