//! One form for the requests of Gemini's `generateContent`.
//!
//! Differences that mean nothing on this wire:
//! - Keys in `snake_case` are those in `camelCase` (recorded bodies are respelled when they are
//!   rebuilt); `parameters` is the older form of `parametersJsonSchema`, its types in capitals, as
//!   `responseSchema` is of `responseJsonSchema`.
//! - The calling mode `AUTO`, the modality `TEXT`, `thought: false`, a `null`, an empty list and an
//!   empty description say what holds anyway, as does the role of the instructions.
//! - Texts of the model that follow each other are one, unless they are signed.
//! - Declarations may stand in several tools, and others beside them; turns of one side that follow each other are one, and
//!   within it a user's results of tools come first.
//! - A tool's result stands below `result` or `error`; clients have other names for the former, or
//!   none. What is no object or list in it is text.
//! - Ids of calls are compared where both sides send them: some clients make up ids where Google
//!   gave none. Signatures may be written in either alphabet of base64, and the two words that
//!   stand for a missing one are one.
//! - Of what is said of thinking its budget is compared, or the name of its level.
//! - Schemas of answers are compared by their shape, see `canonical::shape`.

use serde_json::{Value, json};

use super::canonical::{drop, drop_defaults, each, shape};
use crate::rebuild::plain_types;

/// `skip_thought_signature_validator` and `context_engineering_is_the_way_to_go`, which Google
/// takes in place of a signature, as text and in base64.
const UNSIGNED: [&str; 4] = [
    "skip_thought_signature_validator",
    "c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=",
    "context_engineering_is_the_way_to_go",
    "Y29udGV4dF9lbmdpbmVlcmluZ19pc190aGVfd2F5X3RvX2dv",
];

/// Brings both to one form.
pub(super) fn canonical(expected: &mut Value, got: &mut Value) {
    for body in [&mut *expected, &mut *got] {
        single(body);
    }
    for (expected, got) in each(expected, "contents").zip(each(got, "contents")) {
        for (expected, got) in each(expected, "parts").zip(each(got, "parts")) {
            for call in ["functionCall", "functionResponse"] {
                if let (Some(expected), Some(got)) = (expected.get_mut(call), got.get_mut(call))
                    && (expected.get("id").is_none() || got.get("id").is_none())
                {
                    drop(expected, "id");
                    drop(got, "id");
                }
            }
        }
    }
}

fn single(body: &mut Value) {
    if let Some(instruction) = body.get_mut("systemInstruction") {
        drop(instruction, "role");
        for part in each(instruction, "parts") {
            drop_defaults(part, &[("thought", json!(false))]);
        }
    }
    if let Some(calling) = body.pointer_mut("/toolConfig/functionCallingConfig") {
        drop_defaults(calling, &[("mode", json!("AUTO")), ("allowedFunctionNames", json!([]))]);
    }
    if let Some(config) = body.get_mut("generationConfig") {
        generation(config);
    }
    let calling = json!({ "functionCallingConfig": {} });
    let defaults = [
        ("tools", json!([])),
        ("toolConfig", json!({})),
        ("toolConfig", calling),
        ("generationConfig", json!({})),
    ];
    drop_defaults(body, &defaults);
    if let Some(Value::Array(tools)) = body.get_mut("tools") {
        let declared = tools.iter_mut().flat_map(|tool| each(tool, "functionDeclarations"));
        let declared: Vec<Value> = declared.map(|it| declaration(it.take())).collect();
        let others = tools.iter().flat_map(|tool| tool.as_object().into_iter().flatten());
        let others = others.filter(|(name, it)| *name != "functionDeclarations" && !it.is_null());
        let mut hosted: Vec<Value> =
            others.map(|(name, tool)| json!({ name.clone(): tool })).collect();
        hosted.sort_by_key(Value::to_string);
        *tools = vec![json!({ "functionDeclarations": declared })];
        tools.append(&mut hosted);
    }
    if let Some(Value::Array(contents)) = body.get_mut("contents") {
        *contents = turns(std::mem::take(contents));
    }
}

fn generation(config: &mut Value) {
    let thinking = &config["thinkingConfig"];
    config["thinkingConfig"] =
        match (thinking["thinkingBudget"].as_i64(), &thinking["thinkingLevel"]) {
            (Some(budget), _) => budget.into(),
            (None, Value::String(level)) => level.to_ascii_uppercase().into(),
            _ => Value::Null,
        };
    let schema = config.get("responseJsonSchema").cloned();
    if let Some(schema) = schema.or_else(|| config.get("responseSchema").map(plain_types)) {
        drop(config, "responseSchema");
        config["responseJsonSchema"] = shape(&schema);
    }
    let defaults = [
        ("responseModalities", json!(["TEXT"])),
        ("responseMimeType", json!("text/plain")),
        ("stopSequences", json!([])),
    ];
    drop_defaults(config, &defaults);
}

fn declaration(mut declaration: Value) -> Value {
    if let Some(schema) = declaration.get("parameters").map(plain_types) {
        drop(&mut declaration, "parameters");
        declaration["parametersJsonSchema"] = schema;
    }
    drop_defaults(&mut declaration, &[("description", json!(""))]);
    if declaration.get("parametersJsonSchema").is_none() {
        declaration["parametersJsonSchema"] = json!({ "type": "object", "properties": {} });
    }
    declaration
}

fn turns(contents: Vec<Value>) -> Vec<Value> {
    let mut turns: Vec<Value> = Vec::new();
    for mut content in contents {
        if content["role"] != "model" {
            content["role"] = "user".into();
        }
        for part in each(&mut content, "parts") {
            self::part(part);
        }
        let parts = content["parts"].as_array().cloned().unwrap_or_default();
        match turns.last_mut() {
            Some(last) if last["role"] == content["role"] => {
                if let Some(kept) = last["parts"].as_array_mut() {
                    kept.extend(parts);
                }
            }
            _ => turns.push(content),
        }
    }
    for turn in turns.iter_mut().filter(|turn| turn["role"] == "model") {
        if let Some(Value::Array(parts)) = turn.get_mut("parts") {
            *parts = joined(std::mem::take(parts));
        }
    }
    for turn in turns.iter_mut().filter(|turn| turn["role"] == "user") {
        if let Some(parts) = turn["parts"].as_array_mut() {
            parts.sort_by_key(|part| part.get("functionResponse").is_none());
        }
    }
    turns
}

/// The parts without borders between bare texts of one kind, which a stream cuts anywhere.
fn joined(parts: Vec<Value>) -> Vec<Value> {
    let mut joined: Vec<Value> = Vec::new();
    for part in parts {
        let bare =
            |part: &Value| part["text"].is_string() && part.get("thoughtSignature").is_none();
        match joined.last_mut() {
            Some(last) if bare(last) && bare(&part) && last["thought"] == part["thought"] => {
                let text = [&last["text"], &part["text"]].map(|it| it.as_str().unwrap_or_default());
                last["text"] = text.concat().into();
            }
            _ => joined.push(part),
        }
    }
    joined
}

fn part(part: &mut Value) {
    if let Some(signature) = part.get("thoughtSignature").and_then(Value::as_str) {
        let usual = signature.replace('-', "+").replace('_', "/");
        part["thoughtSignature"] =
            if UNSIGNED.contains(&signature) { Value::Null } else { usual.into() };
    }
    drop_defaults(part, &[("thought", json!(false))]);
    if let Some(call) = part.get_mut("functionCall") {
        drop_defaults(call, &[("id", json!("")), ("args", json!({}))]);
    }
    if let Some(result) = part.get_mut("functionResponse") {
        drop_defaults(result, &[("id", json!("")), ("parts", json!([]))]);
        result["response"] = outcome(&result["response"]);
    }
}

fn outcome(response: &Value) -> Value {
    let mut entries = response.as_object().into_iter().flatten();
    let (name, value) = match (entries.next(), entries.next()) {
        (Some((name, value)), None) if name == "error" => ("error", value),
        (Some((name, value)), None)
            if matches!(name.as_str(), "result" | "return_value" | "output") =>
        {
            ("result", value)
        }
        _ => ("result", response),
    };
    let value = match value {
        Value::String(text) => match serde_json::from_str(text) {
            Ok(value @ (Value::Object(_) | Value::Array(_))) => value,
            _ => value.clone(),
        },
        Value::Object(_) | Value::Array(_) => value.clone(),
        scalar => scalar.to_string().into(),
    };
    json!({ name: value })
}
