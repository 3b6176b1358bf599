//! One form for the requests of Anthropic's Messages.
//!
//! Differences that mean nothing on this wire:
//! - A text alone is a list of one text block, in `system`, a message and a tool's result alike.
//! - `stream: false`, the choice `auto`, `is_error: false`, `type: "custom"`, a `null`, an empty
//!   result and an empty description say what holds anyway; a choice without tools says nothing.
//! - Functions stand before the tools that the provider runs.
//! - Turns of one side that follow each other are one turn, within it a user's results of tools
//!   come first; texts of white space alone are not sent.
//! - Thinking that is disabled is not asked for. High is the effort where none is named, and means
//!   nothing beside a budget.
//! - A call whose `caller` is `direct` is one without a caller.
//! - Schemas of answers are compared by their shape, see `canonical::shape`.

use serde_json::{Value, json};

use super::canonical::{drop, drop_defaults, each, functions_first, shape};

/// Brings both to one form.
pub(super) fn canonical(expected: &mut Value, got: &mut Value) {
    let by_budget = expected["thinking"]["type"] == "enabled";
    for body in [expected, got] {
        if by_budget && let Some(config) = body.get_mut("output_config") {
            drop(config, "effort");
        }
        single(body);
    }
}

fn single(body: &mut Value) {
    let thinks = match body["thinking"]["type"].as_str() {
        Some("enabled") => body["thinking"]["budget_tokens"].clone(),
        Some("adaptive") => json!(true),
        _ => Value::Null,
    };
    body["thinking"] = thinks;
    if let Some(config) = body.get_mut("output_config") {
        if config["format"]["schema"].is_object() {
            config["format"]["schema"] = shape(&config["format"]["schema"]);
        }
        drop_defaults(config, &[("effort", json!("high"))]);
    }
    if let Some(choice) = body.get_mut("tool_choice") {
        drop_defaults(choice, &[("disable_parallel_tool_use", json!(false))]);
    }
    blocks(body, "system");
    let defaults = [
        ("stream", json!(false)),
        ("tools", json!([])),
        ("system", json!([])),
        ("stop_sequences", json!([])),
        ("output_config", json!({})),
        ("tool_choice", json!({ "type": "auto" })),
    ];
    drop_defaults(body, &defaults);
    if body.get("tools").is_none() {
        drop(body, "tool_choice");
    }
    functions_first(body, |tool| tool.get("input_schema").is_some());
    for tool in each(body, "tools") {
        drop_defaults(tool, &[("description", json!("")), ("type", json!("custom"))]);
    }
    if let Some(Value::Array(messages)) = body.get_mut("messages") {
        *messages = turns(std::mem::take(messages));
    }
}

fn turns(messages: Vec<Value>) -> Vec<Value> {
    let mut turns: Vec<Value> = Vec::new();
    for mut message in messages {
        blocks(&mut message, "content");
        let content = message["content"].as_array().cloned().unwrap_or_default();
        match turns.last_mut() {
            Some(last) if last["role"] == message["role"] => {
                if let Some(kept) = last["content"].as_array_mut() {
                    kept.extend(content);
                }
            }
            _ if content.is_empty() => {}
            _ => turns.push(message),
        }
    }
    for turn in turns.iter_mut().filter(|turn| turn["role"] == "user") {
        if let Some(content) = turn["content"].as_array_mut() {
            content.sort_by_key(|block| block["type"] != "tool_result");
        }
    }
    turns
}

/// Makes a content a list of blocks, each in its shortest form.
fn blocks(object: &mut Value, key: &str) {
    let Some(content) = object.get_mut(key) else { return };
    if let Value::String(text) = content {
        *content = json!([{ "type": "text", "text": text }]);
    }
    let Value::Array(list) = content else { return };
    for block in list.iter_mut() {
        if block["type"] == "tool_result" {
            blocks(block, "content");
        }
        let defaults = [
            ("is_error", json!(false)),
            ("content", json!([])),
            ("content", json!("")),
            ("caller", json!({ "type": "direct" })),
        ];
        drop_defaults(block, &defaults);
    }
    let blank = |block: &Value| {
        block["type"] == "text" && block["text"].as_str().is_some_and(|text| text.trim().is_empty())
    };
    list.retain(|block| !blank(block));
}
