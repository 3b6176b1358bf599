//! Whole bodies: of a reply, of an error, and of a count of tokens.

use fastroai_providers::protocol::Protocol;
use fastroai_providers::{
    History, Message, ModelError, Request, Response, Settings, ToolOutcome, ToolResult,
};

/// The first two bytes are a status.
pub(super) fn read(protocol: &dyn Protocol, bytes: &[u8]) {
    let Some((status, body)) = bytes.split_first_chunk() else { return };
    match protocol.decode(body) {
        Ok(reply) => check(&reply),
        Err(error) => check_error(&error),
    }
    check_error(&protocol.decode_error(400 + u16::from_le_bytes(*status) % 200, body));
    if let Err(error) = protocol.decode_count(body) {
        check_error(&error);
    }
}

/// A reply can be stored, and sent back by every wire.
pub(super) fn check(reply: &Response) {
    let results = reply.tool_calls().map(|call| ToolResult::new(call, "1", ToolOutcome::Success));
    let results: Vec<_> = results.collect();
    let mut messages = vec![Message::user("Hello"), Message::Assistant(reply.clone())];
    messages.push(if results.is_empty() { Message::user("Go on") } else { Message::tool(results) });
    let history = History::from(messages);
    let stored = serde_json::to_string(&history).expect("a history is JSON");
    let read: History = serde_json::from_str(&stored).expect("what was stored is read");
    assert_eq!(read, history, "what was stored comes back");
    for (model, wire) in super::wires() {
        sent(&*wire, model, &history);
    }
}

/// A request with this history is JSON, or refused.
pub(super) fn sent(protocol: &dyn Protocol, model: &str, history: &History) {
    let settings = Settings::default();
    let request = Request::new(history, &settings);
    for streamed in [false, true] {
        match protocol.encode(model, &request, streamed) {
            Ok(encoded) => {
                let read = serde_json::from_slice::<serde_json::Value>(&encoded.body);
                assert!(read.is_ok_and(|body| body.is_object()), "a request is a JSON object");
            }
            Err(error) => check_error(&error),
        }
    }
}

/// An error shows no more of what a provider said than its limits let it.
pub(super) fn check_error(error: &ModelError) {
    assert!(error.detail().is_none_or(|detail| detail.chars().count() <= 200), "a long detail");
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains(|c: char| c.is_control()), "control characters: {shown:?}");
    assert!(shown.len() < 2_000, "an error shows a body");
    let partial = error.partial();
    assert!(partial.is_none_or(|partial| partial.interrupted), "a part is marked as one");
}
