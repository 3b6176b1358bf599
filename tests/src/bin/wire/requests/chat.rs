//! One form for the requests of Chat Completions.
//!
//! Differences that mean nothing on this wire:
//! - `max_tokens` is the older name of `max_completion_tokens`; `any` is Mistral's word for the
//!   choice `required`; `developer` is OpenAI's newer word for `system`.
//! - `stream: false`, `tool_choice: "auto"`, `strict: false`, a `null` and an empty description say
//!   what holds anyway, and a choice without tools says nothing.
//! - Functions stand before the tools that the provider runs.
//! - A streamed reply is always asked for its usage.
//! - A content of one text is that text; what an assistant said is one text; none is `null`, empty
//!   or absent. An assistant's turn without words and calls is not sent, nor are empty
//!   instructions.
//! - Arguments are compared as JSON; where the model wrote none, `{}` is sent, and where it wrote
//!   something broken, that within an object.
//! - Reasoning of earlier turns, and Google's signatures beside it, are compared where both sides send it: clients differ in whether.
//!   The same holds for the format of OpenRouter's details.
//! - Schemas of answers are compared by their shape, see `canonical::shape`.

use serde_json::{Value, json};

use super::canonical::{arguments, drop, drop_defaults, each, functions_first, shape};

/// What a client may send back or not.
const OPTIONAL: [&str; 4] =
    ["reasoning_content", "reasoning", "reasoning_details", "extra_content"];

/// Brings both to one form.
pub(super) fn canonical(expected: &mut Value, got: &mut Value) {
    for body in [&mut *expected, &mut *got] {
        single(body);
    }
    let both = each(expected, "messages").zip(each(got, "messages"));
    for (expected, got) in both {
        for key in OPTIONAL {
            if expected.get(key).is_none() || got.get(key).is_none() {
                drop(expected, key);
                drop(got, key);
            }
        }
        for (expected, got) in
            each(expected, "reasoning_details").zip(each(got, "reasoning_details"))
        {
            if expected.get("format").is_none_or(Value::is_null) {
                drop(expected, "format");
                drop(got, "format");
            }
        }
    }
    // A schema that was not to be held to exactly may be, wherever the dialect can carry it.
    if expected.pointer("/response_format/json_schema/strict") != Some(&Value::Bool(true)) {
        for body in [expected, got] {
            if let Some(format) = body.pointer_mut("/response_format/json_schema") {
                drop(format, "strict");
            }
        }
    }
}

fn single(body: &mut Value) {
    if let Some(limit) = body.as_object_mut().and_then(|fields| fields.remove("max_tokens")) {
        body["max_completion_tokens"] = limit;
    }
    if body["tool_choice"] == "any" {
        body["tool_choice"] = "required".into();
    }
    drop(body, "stream_options");
    let defaults = [
        ("stream", json!(false)),
        ("tool_choice", json!("auto")),
        ("tools", json!([])),
        ("stop", json!([])),
        ("response_format", json!({ "type": "text" })),
    ];
    drop_defaults(body, &defaults);
    if body.get("tools").is_none() {
        drop(body, "tool_choice");
        drop(body, "parallel_tool_calls");
    }
    if let Some(stop @ Value::String(_)) = body.get_mut("stop") {
        *stop = json!([stop.take()]);
    }
    functions_first(body, |tool| tool.get("function").is_some());
    for tool in each(body, "tools").filter(|tool| tool.get("function").is_some()) {
        tool["type"] = "function".into();
        let function = &mut tool["function"];
        drop_defaults(function, &[("description", json!("")), ("strict", json!(false))]);
        if function.get("parameters").is_none() {
            function["parameters"] = json!({ "type": "object", "properties": {} });
        }
    }
    if let Some(format) = body.pointer_mut("/response_format/json_schema") {
        format["schema"] = shape(&format["schema"]);
        drop(format, "description");
    }
    for message in each(body, "messages") {
        self::message(message);
    }
    if let Some(Value::Array(messages)) = body.get_mut("messages") {
        let said = |message: &Value| match message["role"].as_str() {
            Some("assistant") => {
                message.get("content").is_some() || message.get("tool_calls").is_some()
            }
            Some("system") => message["content"] != "",
            _ => true,
        };
        messages.retain(said);
    }
}

fn message(message: &mut Value) {
    if message["role"] == "developer" {
        message["role"] = "system".into();
    }
    let assistant = message["role"] == "assistant";
    if let Some(content) = message.get_mut("content") {
        if assistant && let Value::Array(parts) = content {
            parts.retain(|part| part["type"] != "thinking");
        }
        if let Some(text) = one_text(content, assistant) {
            *content = text.into();
        }
    }
    if assistant {
        drop_defaults(message, &[("content", json!("")), ("tool_calls", json!([]))]);
    }
    for call in each(message, "tool_calls") {
        if call.get("type").is_none() {
            call["type"] = "function".into();
        }
        if let Some(written) = call.pointer_mut("/function/arguments") {
            *written = arguments(written.as_str().unwrap_or_default());
        }
    }
}

/// The text that a list of parts amounts to: that of its only one, or of all that `join` may join.
fn one_text(content: &Value, join: bool) -> Option<String> {
    let parts = content.as_array()?;
    if parts.len() > 1 && !join {
        return None;
    }
    let texts = parts.iter().map(|part| match part["text"].as_str() {
        Some(text) if part["type"] == "text" => Some(text),
        _ => None,
    });
    texts.collect()
}
