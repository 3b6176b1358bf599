//! The Messages wire: what is read, whole and event by event, and what is written.
#![allow(clippy::unwrap_used)] // the functions that tests share are tests too

use std::sync::Arc;

use fastroai_providers::anthropic::Messages;
use fastroai_providers::error::{ModelErrorKind, ProtocolFault, ProviderFault};
use fastroai_providers::message::ToolMessage;
use fastroai_providers::protocol::{Progress, Protocol};
use fastroai_providers::request::Effort;
use fastroai_providers::response::Reasoning;
use fastroai_providers::{
    Delta, FinishReason, Message, ModelError, OutputFormat, Part, Request, Response, RetryClass,
    Schema, Settings, ToolCall, ToolChoice, ToolDefinition, ToolOutcome, ToolResult,
};
use proptest::prelude::*;
use serde_json::{Value, json};

#[path = "anthropic_messages/asking.rs"]
mod asking;
#[path = "anthropic_messages/caching.rs"]
mod caching;
#[path = "anthropic_messages/extras.rs"]
mod extras;
#[path = "anthropic_messages/failing.rs"]
mod failing;
#[path = "anthropic_messages/reading.rs"]
mod reading;
#[path = "anthropic_messages/schemas.rs"]
mod schemas;

const WHOLE: &str = include_str!("fixtures/anthropic/everything.json");
const STREAM: &str = include_str!("fixtures/anthropic/everything.sse");
const LOCAL: &str = include_str!("fixtures/anthropic/local_server.sse");

/// The events of a stream that is written one line to a field.
fn events(stream: &str) -> Vec<(&str, &str)> {
    let blocks = stream.split("\n\n").filter(|block| !block.trim().is_empty());
    blocks
        .map(|block| {
            let field = |name: &str| {
                block.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim()
            };
            (field("event:"), field("data:"))
        })
        .collect()
}

/// What a stream came to: its pieces and its end.
fn follow(events: &[(&str, &str)]) -> (Vec<Delta>, Result<Response, ModelError>) {
    let mut decoder = Messages::new().decoder();
    let mut out = Vec::new();
    for (name, data) in events {
        match decoder.event(name, data, &mut out) {
            Ok(Progress::More) => {}
            Ok(Progress::Complete) => break,
            Err(error) => return (out, Err(error)),
        }
    }
    (out, decoder.finish())
}

fn kind(result: Result<Response, ModelError>) -> ModelErrorKind {
    result.unwrap_err().kind().clone()
}

/// The body that a request becomes. With `FASTROAI_WIRE_BODIES` set to a file, a validator of
/// request bodies can be run over all of them.
fn body_of(model: &str, request: &Request<'_>, streamed: bool) -> Result<Value, ModelError> {
    let encoded = Messages::new().encode(model, request, streamed)?;
    let body: Value = serde_json::from_slice(&encoded.body).unwrap();
    if let Ok(path) = std::env::var("FASTROAI_WIRE_BODIES") {
        use std::io::Write;
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
        // One write for each line, as tests run side by side.
        let line = format!("{}\n", json!({"api": "messages", "body": body}));
        file.write_all(line.as_bytes()).unwrap();
    }
    Ok(body)
}

/// The reply of the fixtures, as the transport hands it on.
fn from_anthropic(mut response: Response) -> Message {
    response.provider = Some("anthropic".to_owned());
    Message::Assistant(response)
}
