//! What was read against what is known.

mod usage;

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::time::Duration;

use fastroai_providers::error::{ModelError, ModelErrorKind, ProtocolFault};
use fastroai_providers::{Delta, FinishReason, Part, Response, ToolCall};
use serde_json::Value;

use crate::recording::{Exchange, Facts};
use crate::replay::Read;

/// The differences found so far, one line each.
#[derive(Default)]
pub(crate) struct Complaints(Vec<String>);

impl Complaints {
    /// Notes a difference, if there is one.
    pub(crate) fn same<T: PartialEq + Debug + ?Sized>(
        &mut self,
        field: &str,
        expected: &T,
        got: &T,
    ) {
        if expected != got {
            self.note(field, &format!("{expected:?}"), &format!("{got:?}"));
        }
    }

    /// Notes a difference from a count, if one is known.
    fn stated(&mut self, field: &str, expected: Option<u64>, got: Option<u64>) {
        if expected.is_some() {
            self.same(field, &expected, &got);
        }
    }

    fn note(&mut self, field: &str, expected: &str, got: &str) {
        self.0.push(format!("{field}: expected {}, got {}", shortened(expected), shortened(got)));
    }

    /// Takes over what was noted elsewhere, under this name.
    pub(crate) fn take(&mut self, name: &str, others: Self) {
        self.0.extend(others.0.into_iter().map(|line| format!("{name}, {line}")));
    }

    pub(crate) fn into_lines(self) -> Vec<String> {
        self.0
    }
}

fn shortened(text: &str) -> String {
    let mut short: String = text.chars().take(160).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// What was read of an exchange, against what is known of it.
pub(crate) fn read(exchange: &Exchange, facts: &Facts, read: &Read, complaints: &mut Complaints) {
    let cut = facts.is_true("unterminated");
    let must_fail = exchange.status >= 400 || facts.is_true("error_in_stream") || cut;
    let nothing = Response::default();
    let response = match &read.end {
        Ok(response) if must_fail => {
            complaints.note("end", "an error", "a whole reply");
            response
        }
        Ok(response) => response,
        Err(failure) if must_fail => {
            error(exchange, facts, failure, complaints);
            failure.partial().unwrap_or(&nothing)
        }
        Err(failure) => return complaints.note("end", "a whole reply", &format!("{failure:?}")),
    };
    said(facts, response, complaints);
    calls(facts, response, complaints);
    usage::compare(exchange, facts, response, complaints);
    if facts.is_true("is_stream") && exchange.status < 400 {
        pieces(&read.deltas, response, complaints);
    }
}

/// How long the provider asked to wait, where its error says so in seconds.
pub(crate) fn retry_after(exchange: &Exchange, read: &Read, complaints: &mut Complaints) {
    let Err(error) = &read.end else { return };
    let value = exchange.headers.iter().find(|(name, _)| name == "retry-after");
    let seconds = value.and_then(|(_, value)| value.parse().ok());
    if let Some(seconds) = seconds.filter(|_| exchange.status >= 400) {
        let wait = Some(Duration::from_secs(seconds));
        complaints.same("retry_after", &wait, &error.retry_after());
    }
}

/// An error of the provider, by status or within a stream, or a reply that ended too early.
fn error(exchange: &Exchange, facts: &Facts, error: &ModelError, complaints: &mut Complaints) {
    if exchange.status >= 400 {
        complaints.same("status", &Some(exchange.status), &error.status());
    }
    if facts.is_true("unterminated") {
        let truncated = ModelErrorKind::Protocol(ProtocolFault::Truncated);
        complaints.same("error.kind", &truncated, error.kind());
    } else if !matches!(error.kind(), ModelErrorKind::Provider(_)) {
        complaints.note("error.kind", "a fault of the provider", &format!("{:?}", error.kind()));
    }
    let Some(expected) = facts.get("error") else { return };
    // The code is the finer word of the two; some providers have only a type.
    let code = match (&expected["code"], &expected["type"]) {
        (Value::String(code), _) | (Value::Null, Value::String(code)) => Some(code.clone()),
        // Google's code is the status once more, and its word for it the finer one.
        (Value::Number(_), Value::String(word)) if is_google(word) => Some(word.clone()),
        (Value::Number(code), _) => Some(code.to_string()),
        _ => None,
    };
    if let Some(code) = code {
        complaints.same("error.code", &Some(&*code), &error.code());
    }
    if let Some(message) = expected["message"].as_str() {
        let message = ModelError::config("").with_detail(message);
        complaints.same("error.message", &message.detail(), &error.detail());
    }
}

/// Whether a word for a fault is one of Google's, as in `INVALID_ARGUMENT`.
fn is_google(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

fn said(facts: &Facts, response: &Response, complaints: &mut Complaints) {
    for (field, got) in [("text", response.text()), ("reasoning_text", response.reasoning_text())] {
        if let Some(expected) = facts.text(field) {
            complaints.same(field, expected, &got);
        }
    }
    let reasoning = || response.parts.iter().filter_map(Part::as_reasoning);
    for (field, got) in [
        ("has_reasoning_text", !response.reasoning_text().is_empty()),
        ("has_signature", response.parts.iter().any(is_signed)),
        ("has_redacted_thinking", reasoning().any(|part| part.redacted.is_some())),
    ] {
        if let Some(expected) = facts.get(field).and_then(Value::as_bool) {
            complaints.same(field, &expected, &got);
        }
    }
    if let Some(reason) = facts.text("block_reason") {
        let got = response.finish_reason_raw.as_deref().unwrap_or_default();
        complaints.same("block_reason", reason, got);
        let blocked = response.finish_reason == FinishReason::ContentFilter;
        complaints.same("blocked", &true, &blocked);
    }
    if let Some(reason) = facts.text("incomplete_reason") {
        let expected = match reason {
            "max_output_tokens" => FinishReason::Length,
            "content_filter" => FinishReason::ContentFilter,
            other => FinishReason::Other(other.to_owned()),
        };
        complaints.same("incomplete_reason", &expected, &response.finish_reason);
    }
    let refusal = response.refusal();
    for (field, got) in [
        ("finish_reason", &response.finish_reason_raw),
        ("stop_sequence", &response.stop_sequence),
        ("refusal", &refusal),
        ("model", &response.model),
        ("response_id", &response.id),
    ] {
        if let Some(expected) = facts.get(field) {
            // An empty id or model names nothing.
            let said = |text: &&str| !text.is_empty() || field == "finish_reason";
            complaints.same(field, &expected.as_str().filter(said), &got.as_deref());
        }
    }
}

/// Whether a part bears its provider's signature.
fn is_signed(part: &Part) -> bool {
    let named = |details: &Value| details["thoughtSignature"].is_string();
    match part {
        Part::Reasoning(reasoning) => reasoning.signature.is_some(),
        Part::Text { details, .. } => details.as_ref().is_some_and(named),
        Part::ToolCall(call) => call.details.as_ref().is_some_and(named),
        Part::Provider { raw, .. } => named(raw),
        _ => false,
    }
}

fn calls(facts: &Facts, response: &Response, complaints: &mut Complaints) {
    if let Some(expected) = facts.list("tool_calls") {
        let got: Vec<&ToolCall> = response.tool_calls().collect();
        complaints.same("tool_calls.len", &expected.len(), &got.len());
        for (expected, got) in expected.iter().zip(got) {
            call(expected, got, complaints);
        }
    }
    if let Some(expected) = facts.list("server_tools") {
        let expected: Vec<&str> = expected.iter().filter_map(Value::as_str).collect();
        complaints.same("server_tools", &expected, &server_tools(response));
    }
    if let Some(expected) = facts.list("other_items") {
        let expected: Vec<&str> = expected.iter().filter_map(Value::as_str).collect();
        let got = raw_items(response).filter_map(|raw| raw["type"].as_str());
        let got: Vec<&str> =
            got.filter(|kind| *kind != "reasoning" && !kind.ends_with("_call")).collect();
        complaints.same("other_items", &expected, &got);
    }
}

fn call(expected: &Value, got: &ToolCall, complaints: &mut Complaints) {
    if let Some(id) = expected["id"].as_str() {
        complaints.same("tool_calls.id", id, &got.id);
    }
    if let Some(name) = expected["name"].as_str() {
        complaints.same("tool_calls.name", name, &got.name);
    }
    for exact in ["args_raw", "input"] {
        if let Some(text) = expected[exact].as_str() {
            complaints.same(&format!("tool_calls.{exact}"), text, &got.arguments);
        }
    }
    if let Some(args) = expected.get("args") {
        // An empty text of arguments says "none", as `{}` does.
        let text = if got.arguments.is_empty() { "{}" } else { &*got.arguments };
        let read: Option<Value> = serde_json::from_str(text).ok();
        if read.as_ref() != Some(args) {
            complaints.note("tool_calls.args", &args.to_string(), &got.arguments);
        }
    }
}

/// The tools that the provider itself ran, as its parts name them.
fn server_tools(response: &Response) -> Vec<&str> {
    raw_items(response)
        .filter_map(|raw| match raw["type"].as_str() {
            Some("server_tool_use" | "mcp_tool_use") => raw["name"].as_str(),
            Some(result) if result.ends_with("_result") => None,
            Some(call) if call.ends_with("_call") => Some(call),
            Some(executed) => raw.get("arguments").map(|_| executed),
            None if raw.get("executableCode").is_some() => Some("code_execution"),
            None => raw["toolCall"]["toolType"].as_str(),
        })
        .collect()
}

/// What only its provider understands.
fn raw_items(response: &Response) -> impl Iterator<Item = &Value> {
    response.parts.iter().filter_map(|part| match part {
        Part::Provider { raw, .. } => Some(raw),
        _ => None,
    })
}

/// The pieces of a stream, put together, are the reply.
fn pieces(deltas: &[Delta], response: &Response, complaints: &mut Complaints) {
    let (mut text, mut reasoning, mut refusal) = (String::new(), String::new(), String::new());
    let mut calls: BTreeMap<usize, (String, String)> = BTreeMap::new();
    for delta in deltas {
        match delta {
            Delta::Text(piece) => text.push_str(piece),
            Delta::Reasoning(piece) => reasoning.push_str(piece),
            Delta::Refusal(piece) => refusal.push_str(piece),
            Delta::ToolCall { index, name } => calls.entry(*index).or_default().0.push_str(name),
            Delta::Arguments { index, fragment } => {
                calls.entry(*index).or_default().1.push_str(fragment);
            }
            Delta::Background { id } => {
                complaints.same("the id", response.id.as_deref().unwrap_or_default(), id);
            }
            other => complaints.note("pieces", "a known piece", &format!("{other:?}")),
        }
    }
    complaints.same("pieces.text", &response.text(), &text);
    complaints.same("pieces.reasoning", &response.reasoning_text(), &reasoning);
    complaints.same("pieces.refusal", &response.refusal().unwrap_or_default(), &refusal);
    let expected: Vec<_> = response
        .tool_calls()
        .enumerate()
        .map(|(index, call)| (index, (call.name.clone(), call.arguments.clone())))
        .collect();
    let mut got: Vec<_> = calls.into_iter().collect();
    for ((_, (_, arguments)), (_, (_, whole))) in got.iter_mut().zip(&expected) {
        // Arguments that never came are `{}` in the reply.
        if arguments.is_empty() && whole == "{}" {
            arguments.push_str(whole);
        }
    }
    complaints.same("pieces.tool_calls", &expected, &got);
}

/// However the bytes were cut, the same comes out.
pub(crate) fn same_reading(how: &str, whole: &Read, cut: &Read, complaints: &mut Complaints) {
    if whole.deltas != cut.deltas {
        complaints.note(how, "the same pieces", "others");
    }
    match (&whole.end, &cut.end) {
        (Ok(whole), Ok(cut)) if whole == cut => {}
        (Err(whole), Err(cut))
            if format!("{whole:?}") == format!("{cut:?}") && whole.partial() == cut.partial() => {}
        (whole, cut) => complaints.note(how, &format!("{whole:?}"), &format!("{cut:?}")),
    }
}
