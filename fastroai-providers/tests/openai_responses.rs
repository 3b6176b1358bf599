//! `openai::Responses`: what it sends, and what it makes of all that comes back.
#![allow(clippy::unwrap_used, clippy::panic)] // the functions that tests share are tests too

use fastroai_providers::openai::Responses;
use fastroai_providers::protocol::{Progress, Protocol};
use fastroai_providers::{Delta, Message, ModelError, Request, Response};
use serde_json::{Value, json};

#[path = "openai_responses/asking.rs"]
mod asking;
#[path = "openai_responses/failing.rs"]
mod failing;
#[path = "openai_responses/reading.rs"]
mod reading;
#[path = "openai_responses/replaying.rs"]
mod replaying;
#[path = "openai_responses/splits.rs"]
mod splits;
#[path = "openai_responses/streaming.rs"]
mod streaming;

const WHOLE: &str = include_str!("fixtures/openai/responses.json");
const STREAM: &str = include_str!("fixtures/openai/responses.sse");
const BARE_END: &str = include_str!("fixtures/openai/responses_bare_end.sse");
const ROUTER: &str = include_str!("fixtures/openai/responses_router.sse");

/// The events of a stream that is written one line to a field: name and data.
fn events(stream: &str) -> Vec<(&str, &str)> {
    let blocks = stream.split("\n\n").filter(|block| block.contains("data:"));
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
    let mut decoder = Responses::new().decoder();
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

/// As [`follow`], over events that carry their type only in their data.
fn follow_data(data: &[Value]) -> (Vec<Delta>, Result<Response, ModelError>) {
    let data: Vec<String> = data.iter().map(Value::to_string).collect();
    let events: Vec<(&str, &str)> = data.iter().map(|data| ("", data.as_str())).collect();
    follow(&events)
}

/// The pieces put together: text, reasoning, refusal, and each call's name and arguments.
fn joined(deltas: &[Delta]) -> (String, String, String, Vec<(String, String)>) {
    let (mut text, mut reasoning, mut refusal) = (String::new(), String::new(), String::new());
    let mut calls: Vec<(String, String)> = Vec::new();
    for delta in deltas {
        match delta {
            Delta::Text(more) => text.push_str(more),
            Delta::Reasoning(more) => reasoning.push_str(more),
            Delta::Refusal(more) => refusal.push_str(more),
            Delta::ToolCall { index, name } => {
                assert_eq!(*index, calls.len(), "calls are told of in their order");
                calls.push((name.clone(), String::new()));
            }
            Delta::Arguments { index, fragment } => calls[*index].1.push_str(fragment),
            other => panic!("{other:?}"),
        }
    }
    (text, reasoning, refusal, calls)
}

/// The pieces of a stream are its reply.
fn assert_told(deltas: &[Delta], response: &Response) {
    let calls = response.tool_calls().map(|call| (call.name.clone(), call.arguments.clone()));
    let refusal = response.refusal().unwrap_or_default();
    let all = (response.text(), response.reasoning_text(), refusal, calls.collect());
    assert_eq!(joined(deltas), all);
}

/// A finished reply of these items.
fn reply(output: &Value) -> Value {
    json!({"id": "resp_1", "model": "m", "status": "completed", "output": output,
        "usage": {"input_tokens": 3, "output_tokens": 4}})
}

fn decoded(output: &Value) -> Response {
    Responses::new().decode(reply(output).to_string().as_bytes()).unwrap()
}

/// The body that a request becomes. With `FASTROAI_WIRE_BODIES` set to a file, a validator of
/// request bodies can be run over all of them.
fn body_by(
    protocol: &Responses,
    model: &str,
    request: &Request<'_>,
    streamed: bool,
) -> Result<Value, ModelError> {
    let encoded = protocol.encode(model, request, streamed)?;
    let body: Value = serde_json::from_slice(&encoded.body).unwrap();
    if let Ok(path) = std::env::var("FASTROAI_WIRE_BODIES") {
        use std::io::Write;
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
        // One write for each line, as tests run side by side.
        let line = format!("{}\n", json!({"api": "responses", "body": body}));
        file.write_all(line.as_bytes()).unwrap();
    }
    Ok(body)
}

fn body_of(model: &str, request: &Request<'_>) -> Result<Value, ModelError> {
    body_by(&Responses::new(), model, request, false)
}

/// A reply as the transport hands it on.
fn from(provider: &str, mut response: Response) -> Message {
    response.provider = Some(provider.to_owned());
    Message::Assistant(response)
}
