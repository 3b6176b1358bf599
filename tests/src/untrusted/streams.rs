//! The body of a stream, in one piece and cut.

use std::collections::BTreeMap;

use bytes::Bytes;
use fastroai_providers::http::sse::{Limits, decode_stream};
use fastroai_providers::protocol::Protocol;
use fastroai_providers::{Delta, ModelError, Response, StreamEvent};
use futures_util::{FutureExt, StreamExt, stream};

/// A wire that says everything once. The first byte says how the others are cut.
pub(super) fn read(protocol: &dyn Protocol, bytes: &[u8]) {
    if let Some((deltas, reply)) = decoded(protocol, bytes) {
        pieces(&deltas, &reply);
    }
}

/// A wire on which a peer can contradict itself: what it says last is the reply, and what was told
/// before cannot be taken back. As many calls were told as there are, even so.
pub(super) fn read_loosely(protocol: &dyn Protocol, bytes: &[u8]) {
    if let Some((deltas, reply)) = decoded(protocol, bytes) {
        let calls = deltas.iter().filter(|delta| matches!(delta, Delta::ToolCall { .. }));
        assert_eq!(calls.count(), reply.tool_calls().count(), "as many calls were told");
    }
}

fn decoded(protocol: &dyn Protocol, bytes: &[u8]) -> Option<(Vec<Delta>, Response)> {
    let (seed, body) = bytes.split_first()?;
    let whole = decode(protocol, vec![Bytes::copy_from_slice(body)]);
    let cut = decode(protocol, cut(body, *seed));
    assert_eq!(whole.deltas, cut.deltas, "the cut changes the pieces");
    assert_eq!(shown(&whole.end), shown(&cut.end), "the cut changes the end");
    match whole.end {
        Ok(reply) => {
            super::bodies::check(&reply);
            Some((whole.deltas, reply))
        }
        Err(error) => {
            super::bodies::check_error(&error);
            if let Some(partial) = error.partial() {
                super::bodies::check(partial);
            }
            None
        }
    }
}

struct Read {
    deltas: Vec<Delta>,
    end: Result<Response, ModelError>,
}

fn decode(protocol: &dyn Protocol, pieces: Vec<Bytes>) -> Read {
    let pieces = stream::iter(pieces.into_iter().map(Ok));
    let events = decode_stream(protocol.decoder(), pieces, Limits::default());
    let events: Vec<_> = events.collect().now_or_never().expect("no wait where all is there");
    let (mut deltas, mut ends) = (Vec::new(), Vec::new());
    for event in events {
        assert!(ends.is_empty(), "something follows the end");
        match event {
            Ok(StreamEvent::Delta(delta)) => deltas.push(delta),
            Ok(StreamEvent::Usage(_)) => {}
            Ok(StreamEvent::Done(reply)) => ends.push(Ok(*reply)),
            Ok(other) => panic!("an event that no one knows: {other:?}"),
            Err(error) => ends.push(Err(error)),
        }
    }
    Read { deltas, end: ends.pop().expect("a stream ends with a reply or an error") }
}

/// Pieces of 1 to 16 bytes, by a generator that is random enough for places.
fn cut(body: &[u8], seed: u8) -> Vec<Bytes> {
    let (mut state, mut rest, mut pieces) = (u32::from(seed), body, Vec::new());
    while !rest.is_empty() {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let (piece, after) = rest.split_at(rest.len().min(1 + (state >> 28) as usize));
        pieces.push(Bytes::copy_from_slice(piece));
        rest = after;
    }
    pieces
}

/// All there is to see of an end, content included.
fn shown(end: &Result<Response, ModelError>) -> String {
    let (error, reply) = match end {
        Ok(reply) => (String::new(), Some(reply)),
        Err(error) => (format!("{error:?} {:?}", error.detail()), error.partial()),
    };
    format!("{error} {}", serde_json::to_string(&reply).expect("a reply is JSON"))
}

/// The pieces of a stream, put together, are the reply.
fn pieces(deltas: &[Delta], reply: &Response) {
    let (mut text, mut reasoning, mut refusal) = (String::new(), String::new(), String::new());
    let mut calls: BTreeMap<usize, (String, String)> = BTreeMap::new();
    for delta in deltas {
        match delta {
            Delta::Text(piece) => text += piece,
            Delta::Reasoning(piece) => reasoning += piece,
            Delta::Refusal(piece) => refusal += piece,
            Delta::ToolCall { index, name } => calls.entry(*index).or_default().0 += name,
            Delta::Arguments { index, fragment } => calls.entry(*index).or_default().1 += fragment,
            // A server may name another id at its end.
            Delta::Background { .. } => {}
            other => panic!("a piece that no one knows: {other:?}"),
        }
    }
    assert_eq!(text, reply.text(), "the pieces of text are the text");
    assert_eq!(reasoning, reply.reasoning_text(), "the pieces of reasoning are the reasoning");
    assert_eq!(refusal, reply.refusal().unwrap_or_default(), "the pieces are the refusal");
    assert!(calls.keys().copied().eq(0..reply.tool_calls().count()), "as many calls were told");
    for (call, (name, arguments)) in reply.tool_calls().zip(calls.into_values()) {
        assert_eq!(call.name, name, "the name of a call");
        // Arguments that never came are `{}` in the reply.
        assert!(
            call.arguments == arguments || (arguments.is_empty() && call.arguments == "{}"),
            "the pieces of arguments are the arguments"
        );
    }
}
