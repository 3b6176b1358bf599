//! Requests of Chat Completions.

use std::sync::Arc;

use fastroai_providers::message::UserPart;
use fastroai_providers::{
    HostedTool, OutputFormat, Part, Reasoning, Response, Schema, ToolCall, ToolChoice,
    ToolDefinition,
};
use serde_json::{Value, json};

use super::strip::{each, keep};
use super::{Rebuilt, Same, media, setting};

const KEYS: [&str; 17] = [
    "model",
    "messages",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "response_format",
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "top_p",
    "stop",
    "seed",
    "reasoning_effort",
    "service_tier",
    "stream",
    "stream_options",
    // DeepSeek's and z.ai's, as a field of one's own: a tool can be forced without it only.
    "thinking",
];

pub(super) fn rebuild(rebuilt: &mut Rebuilt, provider: &str, earlier: &[Response]) {
    let mut body = rebuilt.take_recorded();
    strip(&mut body, rebuilt);
    let mut talk = false;
    for message in body["messages"].as_array().into_iter().flatten() {
        match message["role"].as_str().unwrap_or_default() {
            "system" | "developer" if !talk && rebuilt.instructions.is_none() => {
                match texts(&message["content"], rebuilt).as_slice() {
                    [text] => rebuilt.instructions = Some(text.clone()),
                    _ => rebuilt.obstacle("instructions in several pieces"),
                }
            }
            "system" | "developer" => rebuilt.obstacle("instructions within the conversation"),
            "user" => {
                let parts = parts(&message["content"], rebuilt);
                rebuilt.user(parts);
            }
            "assistant" => {
                let response = assistant(message, provider, rebuilt);
                rebuilt.assistant(response, earlier, Same::Words);
            }
            "tool" => {
                let id = message["tool_call_id"].as_str().unwrap_or_default();
                match texts(&message["content"], rebuilt).as_slice() {
                    [text] => rebuilt.tool_result(id, text.clone(), false),
                    _ => rebuilt.obstacle("a tool's result in several pieces"),
                }
            }
            role => rebuilt.obstacle(format!("a message of the role `{role}`")),
        }
        talk |= message["role"] != "system" && message["role"] != "developer";
    }
    tools(&body, provider, rebuilt);
    settings(&body, rebuilt);
    if let Some(thinking) = body.get("thinking") {
        rebuilt.settings.extra_body.insert("thinking".to_owned(), thinking.clone());
    }
    rebuilt.recorded = body;
}

fn strip(body: &mut Value, rebuilt: &mut Rebuilt) {
    let removed = &mut rebuilt.unmodelled;
    keep(body, "", &KEYS, removed);
    for message in each(body, "messages") {
        let keys: &[&str] = match message["role"].as_str() {
            Some("assistant") => &[
                "role",
                "content",
                "tool_calls",
                "reasoning",
                "reasoning_content",
                "reasoning_details",
                "extra_content",
            ],
            Some("tool") => &["role", "content", "tool_call_id"],
            _ => &["role", "content"],
        };
        if message["tool_calls"].as_array().is_some_and(Vec::is_empty) {
            keep(message, "messages", &["role", "content", "tool_call_id"], removed);
        }
        keep(message, "messages", keys, removed);
        for part in each(message, "content") {
            let kind = part["type"].as_str().unwrap_or_default().to_owned();
            keep(part, "messages.content", &["type", &kind], removed);
        }
        for call in each(message, "tool_calls") {
            let keys = ["id", "type", "function", "custom", "extra_content"];
            keep(call, "messages.tool_calls", &keys, removed);
        }
    }
    for tool in each(body, "tools").filter(|tool| tool.get("function").is_some()) {
        keep(tool, "tools", &["type", "function"], removed);
        let keys = ["name", "description", "parameters"];
        keep(&mut tool["function"], "tools.function", &keys, removed);
    }
}

/// The parts of a user's content; what cannot be said is an obstacle.
fn parts(content: &Value, rebuilt: &mut Rebuilt) -> Vec<UserPart> {
    if let Some(text) = content.as_str() {
        return vec![media::text(text)];
    }
    let mut parts = Vec::new();
    for part in content.as_array().into_iter().flatten() {
        let kind = part["type"].as_str().unwrap_or_default();
        let said = match kind {
            "text" => part["text"].as_str().map(media::text),
            "image_url" => {
                let image = &part["image_url"];
                media::image(&image["url"], &image["detail"]).map(UserPart::Media)
            }
            "input_audio" => {
                let audio = &part["input_audio"];
                let media_type = match audio["format"].as_str() {
                    Some("wav") => Some("audio/wav"),
                    Some("mp3") => Some("audio/mpeg"),
                    _ => None,
                };
                let data = audio["data"].as_str().zip(media_type);
                data.and_then(|(data, kind)| media::of_base64(kind, data)).map(UserPart::Media)
            }
            "file" => {
                let file = &part["file"];
                let data = file["file_data"].as_str();
                let data = data.and_then(|data| media::of_address("document", None, data));
                let id = file["file_id"].as_str();
                let data = data.or_else(|| media::uploaded("document", "openai", id?));
                media::named(data, &file["filename"]).map(UserPart::Media)
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
fn texts(content: &Value, rebuilt: &mut Rebuilt) -> Vec<String> {
    let parts = parts(content, rebuilt);
    if parts.iter().any(|part| matches!(part, UserPart::Media(_))) {
        rebuilt.obstacle("media that is not the user's");
    }
    parts.iter().filter_map(UserPart::as_text).map(str::to_owned).collect()
}

fn assistant(message: &Value, provider: &str, rebuilt: &mut Rebuilt) -> Response {
    let mut response = Response::default();
    response.provider = Some(provider.to_owned());
    let mut think = |text: &str| {
        let mut reasoning = Reasoning::default();
        text.clone_into(&mut reasoning.text);
        response.parts.push(Part::Reasoning(reasoning));
    };
    let shown = ["reasoning_content", "reasoning"].iter().find_map(|key| message[key].as_str());
    if let Some(text) = shown {
        think(text);
    }
    let mut content = message["content"].clone();
    if let Value::Array(parts) = &mut content {
        // Mistral has thinking within the content.
        parts.retain(|part| part["type"] != "thinking");
    }
    if let Some(details) = message.get("reasoning_details") {
        let raw = json!({ "reasoning_details": details });
        response.parts.push(Part::Provider { provider: provider.to_owned(), raw });
    }
    let texts = texts(&content, rebuilt).into_iter().filter(|text| !text.is_empty());
    response.parts.extend(texts.map(Part::text));
    for call in message["tool_calls"].as_array().into_iter().flatten() {
        response.parts.push(Part::ToolCall(tool_call(call)));
    }
    response
}

fn tool_call(call: &Value) -> ToolCall {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (body, arguments) = match call.get("custom") {
        Some(custom) => (custom, "input"),
        None => (&call["function"], "arguments"),
    };
    let mut rebuilt = ToolCall::new(text(&call["id"]), text(&body["name"]), text(&body[arguments]));
    if call.get("custom").is_some() {
        rebuilt.details = Some(json!({ "type": "custom" }));
    } else if let Some(extra) = call.get("extra_content") {
        rebuilt.details = Some(json!({ "extra_content": extra }));
    }
    rebuilt
}

fn tools(body: &Value, provider: &str, rebuilt: &mut Rebuilt) {
    for tool in body["tools"].as_array().into_iter().flatten() {
        let Some(function) = tool.get("function") else {
            rebuilt.hosted_tools.push(HostedTool::new(provider, tool.clone()));
            continue;
        };
        let text = |name: &str| function[name].as_str().unwrap_or_default();
        let schema = function.get("parameters").cloned();
        let schema = schema.unwrap_or_else(|| json!({ "type": "object", "properties": {} }));
        let tool = ToolDefinition::new(text("name"), text("description"), Schema::new(schema));
        rebuilt.tools.push(Arc::new(tool));
    }
    rebuilt.tool_choice = match &body["tool_choice"] {
        Value::String(word) => match word.as_str() {
            "none" => ToolChoice::None,
            // The first is Mistral's word.
            "any" | "required" => ToolChoice::Required,
            _ => ToolChoice::Auto,
        },
        Value::Object(choice) => {
            let name = choice.get("function").and_then(|it| it["name"].as_str());
            let among = choice.get("allowed_tools");
            if let Some(name) = name {
                ToolChoice::Named(name.to_owned())
            } else if let Some(among) = among {
                let names = among["tools"].as_array().into_iter().flatten();
                let names = names.filter_map(|tool| tool["function"]["name"].as_str());
                let names = names.map(str::to_owned).collect();
                ToolChoice::Allowed { names, required: among["mode"] == "required" }
            } else {
                rebuilt.obstacle("a choice among some of the tools");
                ToolChoice::Auto
            }
        }
        _ => ToolChoice::Auto,
    };
}

fn settings(body: &Value, rebuilt: &mut Rebuilt) {
    let settings = &mut rebuilt.settings;
    settings.max_tokens =
        setting(body, "max_completion_tokens").or_else(|| setting(body, "max_tokens"));
    settings.temperature = setting(body, "temperature");
    settings.top_p = setting(body, "top_p");
    settings.seed = setting(body, "seed");
    settings.parallel_tool_calls = setting(body, "parallel_tool_calls");
    settings.reasoning_effort = setting(body, "reasoning_effort");
    settings.service_tier = setting(body, "service_tier");
    settings.stop_sequences = match &body["stop"] {
        Value::String(stop) => Some(vec![stop.clone()]),
        _ => setting(body, "stop"),
    };
    if settings.reasoning_effort.is_none()
        && let Some(effort) = body["reasoning_effort"].as_str()
    {
        rebuilt.obstacle(format!("the effort `{effort}`"));
    }
    let format = &body["response_format"];
    match format["type"].as_str() {
        None | Some("text") => {}
        Some("json_schema") => {
            let schema = &format["json_schema"];
            rebuilt.output = OutputFormat::JsonSchema {
                name: schema["name"].as_str().unwrap_or_default().to_owned(),
                schema: Schema::new(schema["schema"].clone()),
            };
        }
        Some(kind) => rebuilt.obstacle(format!("the response format `{kind}`")),
    }
}
