//! One recorded reply through an adapter, in one piece and in many.

use bytes::Bytes;
use fastroai_providers::error::ModelError;
use fastroai_providers::http::sse::{Limits, decode_stream};
use fastroai_providers::protocol::Protocol;
use fastroai_providers::{Delta, Response, StreamEvent};
use futures_util::{StreamExt, stream};

use crate::compare::{self, Complaints};
use crate::recording::Exchange;

/// What an adapter made of a reply.
pub(crate) struct Read {
    pub(crate) deltas: Vec<Delta>,
    pub(crate) end: Result<Response, ModelError>,
}

/// What is wrong with how the adapter reads this reply; nothing, if all is well.
pub(crate) fn exchange(
    protocol: &dyn Protocol,
    exchange: &Exchange,
    cuts: Option<&mut Cuts>,
) -> Vec<String> {
    let mut complaints = Complaints::default();
    if exchange.status >= 400 {
        let error = protocol.decode_error(exchange.status, &exchange.body);
        complaints.same("status", &Some(exchange.status), &error.status());
        compare::error(&exchange.facts, &error, &mut complaints);
        return complaints.into_lines();
    }
    let read = if exchange.is_stream {
        read_stream(protocol, [&*exchange.body])
    } else {
        Read { deltas: Vec::new(), end: protocol.decode(&exchange.body) }
    };
    compare::reply(exchange, &read, &mut complaints);
    if let Some(cuts) = cuts.filter(|_| exchange.is_stream) {
        let bytes = exchange.body.chunks(1);
        compare::same_reading(
            "byte by byte",
            &read,
            &read_stream(protocol, bytes),
            &mut complaints,
        );
        for _ in 0..3 {
            let pieces = cuts.cut(&exchange.body);
            let again = read_stream(protocol, pieces);
            compare::same_reading("cut at random", &read, &again, &mut complaints);
        }
    }
    complaints.into_lines()
}

fn read_stream<'a>(protocol: &dyn Protocol, pieces: impl IntoIterator<Item = &'a [u8]>) -> Read {
    let pieces: Vec<_> =
        pieces.into_iter().map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
    let mut events = decode_stream(protocol.decoder(), stream::iter(pieces), Limits::default());
    let mut deltas = Vec::new();
    let mut ends = Vec::new();
    // No clock and no socket: every piece is there, so the first poll of each item is enough.
    while let Some(event) = futures_util::FutureExt::now_or_never(events.next()).flatten() {
        match event {
            Ok(StreamEvent::Delta(delta)) => deltas.push(delta),
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

/// Random places to cut, the same for the same seed.
pub(crate) struct Cuts(u64);

impl Cuts {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2).wrapping_add(1))
    }

    /// A xorshift generator is random enough for places.
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let limit = u64::try_from(limit.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.0 % limit).unwrap_or(0)
    }

    fn cut<'a>(&mut self, body: &'a [u8]) -> Vec<&'a [u8]> {
        let longest = 1 + self.below(400);
        let mut pieces = Vec::new();
        let mut rest = body;
        while !rest.is_empty() {
            let (piece, after) = rest.split_at(1 + self.below(longest.min(rest.len())));
            pieces.push(piece);
            rest = after;
        }
        pieces
    }
}
