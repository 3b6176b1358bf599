//! Requests of Anthropic's Messages.

use std::sync::Arc;

use fastroai_providers::message::{Media, UserPart};
use fastroai_providers::request::Effort;
use fastroai_providers::{
    HostedTool, OutputFormat, Part, Reasoning, Response, Schema, ToolCall, ToolChoice,
    ToolDefinition,
};
use serde_json::{Value, json};

use super::strip::{each, keep};
use super::{Rebuilt, Same, media, setting};

const KEYS: [&str; 14] = [
    "model",
    "messages",
    "system",
    "tools",
    "tool_choice",
    "max_tokens",
    "thinking",
    "output_config",
    "temperature",
    "top_p",
    "top_k",
    "stop_sequences",
    "service_tier",
    "stream",
];

pub(super) fn rebuild(rebuilt: &mut Rebuilt, provider: &str, earlier: &[Response]) {
    let mut body = rebuilt.take_recorded();
    strip(&mut body, rebuilt);
    match texts(&body["system"]).as_deref() {
        Some([]) => {}
        Some([text]) => rebuilt.instructions = Some(text.clone()),
        _ => rebuilt.obstacle("instructions in several pieces"),
    }
    for message in body["messages"].as_array().into_iter().flatten() {
        match message["role"].as_str().unwrap_or_default() {
            "user" => user(&message["content"], provider, rebuilt),
            "assistant" => {
                let response = assistant(&message["content"], provider);
                rebuilt.assistant(response, earlier, Same::Thoughts);
            }
            role => rebuilt.obstacle(format!("a message of the role `{role}`")),
        }
    }
    tools(&body, provider, rebuilt);
    settings(&body, rebuilt);
    rebuilt.recorded = body;
}

fn strip(body: &mut Value, rebuilt: &mut Rebuilt) {
    let removed = &mut rebuilt.unmodelled;
    keep(body, "", &KEYS, removed);
    for part in each(body, "system") {
        keep(part, "system", &["type", "text"], removed);
    }
    for message in each(body, "messages") {
        for block in each(message, "content") {
            let Value::Object(fields) = block else { continue };
            let asked = fields.get("source").is_some();
            for key in ["cache_control", "citations"] {
                // An assistant's citations are what it found, a document's are asked for.
                if (key != "citations" || asked) && fields.remove(key).is_some() {
                    removed.insert(format!("messages.content.{key}"));
                }
            }
        }
    }
    for tool in each(body, "tools").filter(|tool| tool.get("input_schema").is_some()) {
        keep(tool, "tools", &["type", "name", "description", "input_schema"], removed);
    }
    if let Some(thinking) = body.get_mut("thinking") {
        keep(thinking, "thinking", &["type", "budget_tokens"], removed);
    }
    if let Some(config) = body.get_mut("output_config") {
        keep(config, "output_config", &["effort", "format"], removed);
    }
}

/// The texts of a content; `None` where it holds anything else.
fn texts(content: &Value) -> Option<Vec<String>> {
    match content {
        Value::Null => Some(Vec::new()),
        Value::String(text) => Some(vec![text.clone()]),
        Value::Array(parts) => {
            let text = |part: &Value| {
                let text = part["text"].as_str().filter(|_| part["type"] == "text");
                text.map(str::to_owned)
            };
            parts.iter().map(text).collect()
        }
        _ => None,
    }
}

fn user(content: &Value, provider: &str, rebuilt: &mut Rebuilt) {
    let whole = content.as_str().map(|text| json!({ "type": "text", "text": text }));
    let mut parts = Vec::new();
    for block in whole.iter().chain(content.as_array().into_iter().flatten()) {
        let kind = block["type"].as_str().unwrap_or_default();
        if kind == "tool_result" {
            if !parts.is_empty() {
                rebuilt.user(std::mem::take(&mut parts));
            }
            tool_result(block, provider, rebuilt);
            continue;
        }
        match said(kind, provider, block) {
            Some(part) => parts.push(part),
            None => rebuilt.obstacle(format!("media (`{kind}`)")),
        }
    }
    if !parts.is_empty() {
        rebuilt.user(parts);
    }
}

fn said(kind: &str, provider: &str, block: &Value) -> Option<UserPart> {
    if kind == "text" {
        return block["text"].as_str().map(media::text);
    }
    let source = &block["source"];
    let text = |name: &str| source[name].as_str();
    let media = match (kind, text("type")?) {
        ("image" | "document", "base64") => media::of_base64(text("media_type")?, text("data")?),
        ("image" | "document", "url") => media::of_address(kind, None, text("url")?),
        ("image" | "document", "file") => media::uploaded(kind, provider, text("file_id")?),
        ("document", "text") => Media::document_bytes("text/plain", text("data")?).ok(),
        _ => None,
    };
    media::named(media, &block["title"]).map(UserPart::Media)
}

fn tool_result(block: &Value, provider: &str, rebuilt: &mut Rebuilt) {
    let id = block["tool_use_id"].as_str().unwrap_or_default();
    let is_error = block["is_error"] == true;
    if let Some(text) = block["content"].as_str() {
        return rebuilt.tool_result(id, text.to_owned(), is_error);
    }
    let blocks = block["content"].as_array().into_iter().flatten();
    let part = |block: &Value| said(block["type"].as_str().unwrap_or_default(), provider, block);
    let Some(parts) = blocks.map(part).collect::<Option<Vec<_>>>() else {
        return rebuilt.obstacle("a tool's result of more than text and media");
    };
    match media::given(parts) {
        Some((text, media)) => {
            rebuilt.tool_result(id, text, is_error);
            rebuilt.beside_result(media);
        }
        None => rebuilt.obstacle("a tool's result in several pieces"),
    }
}

fn assistant(content: &Value, provider: &str) -> Response {
    let mut response = Response::default();
    response.provider = Some(provider.to_owned());
    let blocks = match content {
        Value::String(text) => vec![json!({ "type": "text", "text": text })],
        blocks => blocks.as_array().cloned().unwrap_or_default(),
    };
    for block in blocks {
        let text = |name: &str| block[name].as_str().unwrap_or_default().to_owned();
        let part = match block["type"].as_str().unwrap_or_default() {
            "text" => {
                let citations = block.get("citations").filter(|citations| !citations.is_null());
                let details = citations.map(|citations| json!({ "citations": citations }));
                Part::Text { text: text("text"), details }
            }
            "thinking" => {
                let mut reasoning = Reasoning::default();
                reasoning.text = text("thinking");
                reasoning.signature = Some(text("signature"));
                Part::Reasoning(reasoning)
            }
            "redacted_thinking" => {
                let mut reasoning = Reasoning::default();
                reasoning.redacted = Some(text("data"));
                Part::Reasoning(reasoning)
            }
            "tool_use" => {
                let input = block["input"].to_string();
                let mut call = ToolCall::new(text("id"), text("name"), input);
                let caller = block.get("caller").filter(|caller| !caller.is_null());
                call.details = caller.map(|caller| json!({ "caller": caller }));
                Part::ToolCall(call)
            }
            _ => Part::Provider { provider: provider.to_owned(), raw: block.clone() },
        };
        response.parts.push(part);
    }
    response
}

fn tools(body: &Value, provider: &str, rebuilt: &mut Rebuilt) {
    for tool in body["tools"].as_array().into_iter().flatten() {
        let Some(schema) = tool.get("input_schema") else {
            rebuilt.hosted_tools.push(HostedTool::new(provider, tool.clone()));
            continue;
        };
        let text = |name: &str| tool[name].as_str().unwrap_or_default();
        let schema = Schema::new(schema.clone());
        let tool = ToolDefinition::new(text("name"), text("description"), schema);
        rebuilt.tools.push(Arc::new(tool));
    }
    let choice = &body["tool_choice"];
    rebuilt.tool_choice = match choice["type"].as_str() {
        Some("none") => ToolChoice::None,
        Some("any") => ToolChoice::Required,
        Some("tool") => ToolChoice::Named(choice["name"].as_str().unwrap_or_default().to_owned()),
        _ => ToolChoice::Auto,
    };
    let one_by_one = choice["disable_parallel_tool_use"].as_bool();
    rebuilt.settings.parallel_tool_calls = one_by_one.map(|one_by_one| !one_by_one);
}

fn settings(body: &Value, rebuilt: &mut Rebuilt) {
    let settings = &mut rebuilt.settings;
    settings.max_tokens = setting(body, "max_tokens");
    settings.temperature = setting(body, "temperature");
    settings.top_p = setting(body, "top_p");
    settings.top_k = setting(body, "top_k");
    settings.stop_sequences = setting(body, "stop_sequences");
    settings.service_tier = setting(body, "service_tier");
    let config = &body["output_config"];
    let thinking = &body["thinking"];
    settings.reasoning_budget = setting(thinking, "budget_tokens");
    settings.reasoning_effort = match thinking["type"].as_str() {
        // High is what holds where none is said.
        Some("adaptive") => setting(config, "effort").or(Some(Effort::High)),
        Some("disabled") => Some(Effort::None),
        _ => None,
    };
    let adaptive = thinking["type"] == "adaptive";
    if let Some(effort) = config["effort"].as_str()
        && (!adaptive || setting::<Effort>(config, "effort").is_none())
    {
        rebuilt.obstacle(format!("the effort `{effort}`"));
    }
    if let Some(schema) = config["format"].get("schema") {
        let schema = Schema::new(schema.clone());
        rebuilt.output = OutputFormat::JsonSchema { name: "answer".to_owned(), schema };
    }
}
