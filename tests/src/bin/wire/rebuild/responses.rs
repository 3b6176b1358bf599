//! Requests of OpenAI's Responses.

use std::sync::Arc;

use fastroai_providers::message::UserPart;
use fastroai_providers::request::PreviousResponse;
use fastroai_providers::{
    HostedTool, Message, OutputFormat, Part, Response, Schema, ToolCall, ToolChoice, ToolDefinition,
};
use serde_json::{Map, Value, json};

use super::strip::{each, keep};
use super::{Rebuilt, Same, media, setting};

const KEYS: [&str; 18] = [
    "model",
    "input",
    "instructions",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "text",
    "max_output_tokens",
    "temperature",
    "top_p",
    "reasoning",
    "include",
    "store",
    "service_tier",
    "stream",
    "background",
    "previous_response_id",
    "conversation",
];

pub(super) fn rebuild(rebuilt: &mut Rebuilt, provider: &str, earlier: &[Response]) {
    let mut body = rebuilt.take_recorded();
    if let Some(text @ Value::String(_)) = body.get_mut("input") {
        *text = json!([{ "role": "user", "content": text.take() }]);
    }
    strip(&mut body, rebuilt);
    rebuilt.instructions = body["instructions"].as_str().map(str::to_owned);
    let mut turn = Vec::new();
    for item in body["input"].as_array().into_iter().flatten() {
        if is_assistants(item) {
            turn.extend(assistant(item, provider, rebuilt));
            continue;
        }
        end_turn(&mut turn, provider, earlier, rebuilt);
        other(item, provider, rebuilt);
    }
    end_turn(&mut turn, provider, earlier, rebuilt);
    kept(&body, provider, earlier, rebuilt);
    tools(&body, provider, rebuilt);
    settings(&body, rebuilt);
    rebuilt.recorded = body;
}

/// What the provider keeps of the conversation: it stands before all else, and is not sent.
fn kept(body: &Value, provider: &str, earlier: &[Response], rebuilt: &mut Rebuilt) {
    if let Some(conversation) = body.get("conversation") {
        let extra = &mut rebuilt.settings.extra_body;
        extra.insert("conversation".to_owned(), conversation.clone());
    }
    let Some(id) = body["previous_response_id"].as_str() else { return };
    let read = earlier.iter().rev().find(|read| read.id.as_deref() == Some(id));
    let mut reply = read.cloned().unwrap_or_default();
    reply.id = Some(id.to_owned());
    reply.provider = Some(provider.to_owned());
    rebuilt.messages.insert(0, Message::Assistant(reply));
    rebuilt.settings.previous_response = Some(PreviousResponse::Id(id.to_owned()));
}

fn strip(body: &mut Value, rebuilt: &mut Rebuilt) {
    let removed = &mut rebuilt.unmodelled;
    keep(body, "", &KEYS, removed);
    for tool in each(body, "tools").filter(|tool| tool["type"] == "function") {
        keep(tool, "tools", &["type", "name", "description", "parameters"], removed);
    }
    for item in each(body, "input") {
        for part in each(item, "content") {
            if matches!(part["type"].as_str(), Some("input_text")) {
                keep(part, "input.content", &["type", "text"], removed);
            }
        }
    }
    if let Some(reasoning) = body.get_mut("reasoning") {
        keep(reasoning, "reasoning", &["effort"], removed);
    }
    if let Some(text) = body.get_mut("text") {
        keep(text, "text", &["format"], removed);
    }
}

fn kind(item: &Value) -> &str {
    item["type"].as_str().unwrap_or("message")
}

fn is_assistants(item: &Value) -> bool {
    match kind(item) {
        "message" => item["role"] == "assistant",
        "function_call_output"
        | "custom_tool_call_output"
        | "tool_search_output"
        | "additional_tools" => false,
        _ => true,
    }
}

fn end_turn(turn: &mut Vec<Part>, provider: &str, earlier: &[Response], rebuilt: &mut Rebuilt) {
    if turn.is_empty() {
        return;
    }
    let mut response = Response::default();
    response.provider = Some(provider.to_owned());
    response.parts = std::mem::take(turn);
    // Reasoning without content is read by the provider that keeps it.
    response.stored = response.parts.iter().any(|part| match part {
        Part::Provider { raw, .. } => {
            raw["type"] == "reasoning" && raw["encrypted_content"].is_null()
        }
        _ => false,
    });
    rebuilt.assistant(response, earlier, Same::Items);
}

/// What one item of an assistant's turn holds.
fn assistant(item: &Value, provider: &str, rebuilt: &mut Rebuilt) -> Vec<Part> {
    let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
    match kind(item) {
        "message" => said(item, rebuilt),
        name @ ("function_call" | "custom_tool_call") => {
            let custom = name == "custom_tool_call";
            let arguments = text(if custom { "input" } else { "arguments" });
            let mut call = ToolCall::new(text("call_id"), text("name"), arguments);
            let known = ["type", "status", "call_id", "name", "arguments", "input"];
            let mut details = beside(item, &known);
            if custom {
                details.insert("type".to_owned(), "custom".into());
            }
            call.details = (!details.is_empty()).then_some(Value::Object(details));
            vec![Part::ToolCall(call)]
        }
        _ => vec![Part::Provider { provider: provider.to_owned(), raw: item.clone() }],
    }
}

fn said(item: &Value, rebuilt: &mut Rebuilt) -> Vec<Part> {
    if let Some(text) = item["content"].as_str() {
        return vec![Part::text(text)];
    }
    let own = beside(item, &["type", "role", "status", "content"]);
    let mut parts = Vec::new();
    for part in item["content"].as_array().into_iter().flatten() {
        match (part["type"].as_str().unwrap_or_default(), part["text"].as_str()) {
            ("output_text" | "input_text", Some(text)) => {
                let mut details = own.clone();
                details.extend(beside(part, &["type", "text"]));
                let details = (!details.is_empty()).then_some(Value::Object(details));
                parts.push(Part::Text { text: text.to_owned(), details });
            }
            ("refusal", _) => {
                let text = part["refusal"].as_str().unwrap_or_default().to_owned();
                parts.push(Part::Refusal { text });
            }
            (kind, _) => rebuilt.obstacle(format!("a part `{kind}` of an assistant")),
        }
    }
    parts
}

fn beside(object: &Value, known: &[&str]) -> Map<String, Value> {
    let fields = object.as_object().into_iter().flatten();
    let silent = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    let others = fields.filter(|(name, value)| !known.contains(&name.as_str()) && !silent(value));
    others.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// An item that is no assistant's.
fn other(item: &Value, provider: &str, rebuilt: &mut Rebuilt) {
    match (kind(item), item["role"].as_str().unwrap_or_default()) {
        ("message", "user") => {
            let parts = parts(&item["content"], provider, rebuilt);
            rebuilt.user(parts);
        }
        ("message", "system" | "developer") => {
            match texts(&item["content"], provider, rebuilt).as_slice() {
                [text] if rebuilt.messages.is_empty() && rebuilt.instructions.is_none() => {
                    rebuilt.instructions = Some(text.clone());
                }
                _ => rebuilt.obstacle("instructions within the conversation"),
            }
        }
        ("function_call_output" | "custom_tool_call_output", _) => {
            let id = item["call_id"].as_str().unwrap_or_default();
            match media::given(parts(&item["output"], provider, rebuilt)) {
                Some((text, media)) => {
                    rebuilt.tool_result(id, text, false);
                    rebuilt.beside_result(media);
                }
                None => rebuilt.obstacle("a tool's result in several pieces"),
            }
        }
        (kind, _) => rebuilt.obstacle(format!("an item `{kind}`")),
    }
}

fn parts(content: &Value, provider: &str, rebuilt: &mut Rebuilt) -> Vec<UserPart> {
    if let Some(text) = content.as_str() {
        return vec![media::text(text)];
    }
    let mut parts = Vec::new();
    for part in content.as_array().into_iter().flatten() {
        let kind = part["type"].as_str().unwrap_or_default();
        let said = match kind {
            "input_text" => part["text"].as_str().map(media::text),
            "input_image" | "input_file" if part["file_id"].is_string() => {
                let (of, id) = (kind.trim_start_matches("input_"), part["file_id"].as_str());
                let of = if of == "file" { "document" } else { of };
                let media = id.and_then(|id| media::uploaded(of, provider, id));
                media.map(|media| media::detailed(media, &part["detail"])).map(UserPart::Media)
            }
            "input_image" => media::image(&part["image_url"], &part["detail"]).map(UserPart::Media),
            "input_file" => {
                let address = part["file_data"].as_str().or_else(|| part["file_url"].as_str());
                let file = address.and_then(|address| media::of_address("document", None, address));
                media::named(file, &part["filename"]).map(UserPart::Media)
            }
            _ => None,
        };
        match said {
            Some(said) => parts.push(said),
            None => rebuilt.obstacle(format!("media (`{kind}`)")),
        }
    }
    parts
}

/// The texts of another's content.
fn texts(content: &Value, provider: &str, rebuilt: &mut Rebuilt) -> Vec<String> {
    let parts = parts(content, provider, rebuilt);
    if parts.iter().any(|part| matches!(part, UserPart::Media(_))) {
        rebuilt.obstacle("media that is not the user's");
    }
    parts.iter().filter_map(UserPart::as_text).map(str::to_owned).collect()
}

fn tools(body: &Value, provider: &str, rebuilt: &mut Rebuilt) {
    for tool in body["tools"].as_array().into_iter().flatten() {
        if tool["type"] != "function" {
            rebuilt.hosted_tools.push(HostedTool::new(provider, tool.clone()));
            continue;
        }
        let text = |name: &str| tool[name].as_str().unwrap_or_default();
        let schema = tool.get("parameters").cloned();
        let schema = schema.unwrap_or_else(|| json!({ "type": "object", "properties": {} }));
        let tool = ToolDefinition::new(text("name"), text("description"), Schema::new(schema));
        rebuilt.tools.push(Arc::new(tool));
    }
    let choice = &body["tool_choice"];
    rebuilt.tool_choice = match (choice.as_str(), choice["type"].as_str()) {
        (Some("none"), _) => ToolChoice::None,
        (Some("required"), _) => ToolChoice::Required,
        (_, Some("function")) => {
            ToolChoice::Named(choice["name"].as_str().unwrap_or_default().to_owned())
        }
        (_, Some("allowed_tools")) => {
            let names = choice["tools"].as_array().into_iter().flatten();
            let names = names.filter_map(|tool| tool["name"].as_str()).map(str::to_owned);
            ToolChoice::Allowed { names: names.collect(), required: choice["mode"] == "required" }
        }
        (_, Some(_)) => {
            rebuilt.obstacle("a choice among some of the tools");
            ToolChoice::Auto
        }
        _ => ToolChoice::Auto,
    };
}

fn settings(body: &Value, rebuilt: &mut Rebuilt) {
    let settings = &mut rebuilt.settings;
    settings.max_tokens = setting(body, "max_output_tokens");
    settings.temperature = setting(body, "temperature");
    settings.top_p = setting(body, "top_p");
    settings.parallel_tool_calls = setting(body, "parallel_tool_calls");
    settings.service_tier = setting(body, "service_tier");
    settings.background = setting(body, "background");
    settings.reasoning_effort = setting(&body["reasoning"], "effort");
    if settings.reasoning_effort.is_none()
        && let Some(effort) = body["reasoning"]["effort"].as_str()
    {
        rebuilt.obstacle(format!("the effort `{effort}`"));
    }
    let format = &body["text"]["format"];
    match format["type"].as_str() {
        None | Some("text") => {}
        Some("json_schema") => {
            let name = format["name"].as_str().unwrap_or_default().to_owned();
            let schema = Schema::new(format["schema"].clone());
            rebuilt.output = OutputFormat::JsonSchema { name, schema };
        }
        Some(kind) => rebuilt.obstacle(format!("the response format `{kind}`")),
    }
}
