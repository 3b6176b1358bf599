//! One form for the requests of OpenAI's Responses.
//!
//! Differences that mean nothing on this wire:
//! - `store` and `include`: the adapter never has the provider keep a conversation, and always has
//!   it encrypt reasoning, while the recorded clients differ.
//! - Functions stand before the tools that the provider runs; a picture's detail is `auto`.
//! - A system message in the beginning is what `instructions` are; `type: "message"` is what holds
//!   where an item has a role; a text alone is a list of one text.
//! - `stream: false`, `tool_choice: "auto"`, `strict`, a `null`, an empty list and an empty
//!   description say what holds anyway; a choice without tools says nothing.
//! - Ids, statuses and what is encrypted in items may be left out, or be any that the provider gave:
//!   in a stream the same item has another of each in every event.
//! - Texts of an assistant that follow each other without ids are one, and empty ones are not sent.
//! - Arguments are compared as JSON.
//! - Schemas of answers are compared by their shape, see `canonical::shape`.

use serde_json::{Value, json};

use super::canonical::{arguments, drop, drop_defaults, each, functions_first, shape};

/// Brings both to one form.
pub(super) fn canonical(expected: &mut Value, got: &mut Value, heard: &str) {
    for body in [&mut *expected, &mut *got] {
        single(body);
    }
    let heard = |value: Option<&Value>| {
        value.and_then(Value::as_str).is_none_or(|text| text.is_empty() || heard.contains(text))
    };
    for (expected, got) in each(expected, "input").zip(each(got, "input")) {
        for key in ["id", "status", "phase", "encrypted_content"] {
            if heard(expected.get(key)) && heard(got.get(key)) {
                drop(expected, key);
                drop(got, key);
            }
        }
    }
    if expected.pointer("/text/format/strict") != Some(&Value::Bool(true)) {
        for body in [expected, got] {
            if let Some(format) = body.pointer_mut("/text/format") {
                drop(format, "strict");
            }
        }
    }
}

fn single(body: &mut Value) {
    for policy in ["store", "include"] {
        drop(body, policy);
    }
    if let Some(reasoning) = body.get_mut("reasoning") {
        drop_defaults(reasoning, &[]);
    }
    if let Some(format) = body.pointer_mut("/text/format") {
        format["schema"] = shape(&format["schema"]);
        drop_defaults(format, &[]);
        drop(format, "description");
    }
    let defaults = [
        ("stream", json!(false)),
        ("tool_choice", json!("auto")),
        ("tools", json!([])),
        ("reasoning", json!({})),
        ("instructions", json!("")),
        ("text", json!({})),
        ("text", json!({ "format": { "type": "text" } })),
    ];
    drop_defaults(body, &defaults);
    if body.get("tools").is_none() {
        drop(body, "tool_choice");
        drop(body, "parallel_tool_calls");
    }
    functions_first(body, |tool| tool["type"] == "function");
    for tool in each(body, "tools").filter(|tool| tool["type"] == "function") {
        drop(tool, "strict");
        drop_defaults(tool, &[("description", json!(""))]);
        if tool.get("parameters").is_none() {
            tool["parameters"] = json!({ "type": "object", "properties": {} });
        }
    }
    for item in each(body, "input") {
        self::item(item);
    }
    if let Some(Value::Array(items)) = body.get_mut("input") {
        *items = joined(std::mem::take(items));
    }
    let first = body["input"].as_array().and_then(|items| items.first());
    let system = first.filter(|item| item["role"] == "system").cloned();
    if let Some(system) = system
        && let Some(Value::Array(items)) = body.get_mut("input")
    {
        items.remove(0);
        body["instructions"] = system["content"][0]["text"].clone();
    }
}

/// The items without empty texts of an assistant, and without borders between its bare ones.
fn joined(items: Vec<Value>) -> Vec<Value> {
    let text = |item: &Value| match (item["role"] == "assistant", &item["content"][0]["text"]) {
        (true, Value::String(text)) => Some(text.clone()),
        _ => None,
    };
    let mut joined: Vec<Value> = Vec::new();
    for item in items {
        let (more, bare) = (text(&item), item.get("id").is_none());
        match (joined.last_mut(), more) {
            (_, Some(more)) if more.is_empty() => {}
            (Some(last), Some(more))
                if bare && last.get("id").is_none() && text(last).is_some() =>
            {
                last["content"][0]["text"] = (text(last).unwrap_or_default() + &more).into();
            }
            _ => joined.push(item),
        }
    }
    joined
}

fn item(item: &mut Value) {
    if item["role"] == "developer" {
        item["role"] = "system".into();
    }
    if item["type"] == "message" {
        drop(item, "type");
    }
    drop_defaults(item, &[("content", json!([]))]);
    if let Some(content) = item.get_mut("content") {
        if let Value::String(text) = content {
            *content = json!([{ "type": "text", "text": text }]);
        }
        for part in content.as_array_mut().into_iter().flatten() {
            if matches!(part["type"].as_str(), Some("input_text" | "output_text")) {
                part["type"] = "text".into();
            }
            let defaults =
                [("annotations", json!([])), ("logprobs", json!([])), ("detail", json!("auto"))];
            drop_defaults(part, &defaults);
        }
    }
    if item["type"] == "function_call" {
        let written = item["arguments"].as_str().unwrap_or_default();
        item["arguments"] = arguments(written);
    }
}
