//! The Gemini wire: what is read, whole and event by event, and what is written.
#![allow(clippy::unwrap_used)] // the functions that tests share are tests too

use std::sync::Arc;
use std::time::Duration;

use fastroai_providers::error::{ModelErrorKind, ProtocolFault, ProviderFault};
use fastroai_providers::gemini::GenerateContent;
use fastroai_providers::protocol::{Progress, Protocol};
use fastroai_providers::request::Effort;
use fastroai_providers::response::Reasoning;
use fastroai_providers::{
    Delta, FinishReason, Message, ModelError, OutputFormat, Part, Request, Response, Schema,
    Settings, ToolCall, ToolChoice, ToolDefinition, ToolOutcome, ToolResult,
};
use proptest::prelude::*;
use serde_json::{Value, json};

#[path = "gemini_generate_content/asking.rs"]
mod asking;
#[path = "gemini_generate_content/failing.rs"]
mod failing;
#[path = "gemini_generate_content/history.rs"]
mod history;
#[path = "gemini_generate_content/reading.rs"]
mod reading;

const WHOLE: &str = include_str!("fixtures/gemini/everything.json");
const STREAM: &str = include_str!("fixtures/gemini/everything.sse");

/// The data of a stream's events.
fn events(stream: &str) -> Vec<&str> {
    stream.lines().filter_map(|line| line.strip_prefix("data:")).collect()
}

/// What a stream came to: its pieces and its end.
fn follow(events: &[&str]) -> (Vec<Delta>, Result<Response, ModelError>) {
    let mut decoder = GenerateContent::new().decoder();
    let mut out = Vec::new();
    for data in events {
        match decoder.event("", data, &mut out) {
            Ok(Progress::More) => {}
            Ok(Progress::Complete) => break,
            Err(error) => return (out, Err(error)),
        }
    }
    (out, decoder.finish())
}

fn read(body: &Value) -> Response {
    GenerateContent::new().decode(body.to_string().as_bytes()).unwrap()
}

/// A reply of these parts that ended for this reason.
fn candidate(parts: &Value, reason: &str) -> Value {
    json!({"candidates": [{"content": {"parts": parts, "role": "model"}, "finishReason": reason}]})
}

fn kind(result: Result<Response, ModelError>) -> ModelErrorKind {
    result.unwrap_err().kind().clone()
}

/// The body that a request becomes. With `FASTROAI_WIRE_BODIES` set to a file, a validator of
/// request bodies can be run over all of them.
fn body_of(model: &str, request: &Request<'_>) -> Result<Value, ModelError> {
    let encoded = GenerateContent::new().encode(model, request, false)?;
    let body: Value = serde_json::from_slice(&encoded.body).unwrap();
    if let Ok(path) = std::env::var("FASTROAI_WIRE_BODIES") {
        use std::io::Write;
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
        // One write for each line, as tests run side by side.
        let line = format!("{}\n", json!({"api": "generate_content", "body": body}));
        file.write_all(line.as_bytes()).unwrap();
    }
    Ok(body)
}

/// A reply as the transport hands it on.
fn from(provider: &str, mut response: Response) -> Message {
    response.provider = Some(provider.to_owned());
    Message::Assistant(response)
}

fn assistant(provider: &str, parts: Vec<Part>) -> Message {
    let mut response = Response::default();
    response.parts = parts;
    from(provider, response)
}

fn tool(name: &str) -> Arc<ToolDefinition> {
    let schema = Schema::new(json!({"type": "object", "properties": {"city": {"type": "string"}}}));
    Arc::new(ToolDefinition::new(name, "Current weather.", schema))
}
