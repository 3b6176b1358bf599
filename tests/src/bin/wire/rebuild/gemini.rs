//! Requests of Gemini's `generateContent`.

use std::sync::Arc;

use fastroai_providers::message::UserPart;
use fastroai_providers::{
    HostedTool, OutputFormat, Part, Reasoning, Response, Schema, ToolCall, ToolChoice,
    ToolDefinition,
};
use serde_json::{Map, Value, json};

use super::strip::{each, keep};
use super::{Rebuilt, Same, media, setting};

const KEYS: [&str; 6] =
    ["contents", "systemInstruction", "tools", "toolConfig", "generationConfig", "serviceTier"];

const GENERATION: [&str; 11] = [
    "topK",
    "maxOutputTokens",
    "temperature",
    "topP",
    "stopSequences",
    "seed",
    "thinkingConfig",
    "responseMimeType",
    "responseJsonSchema",
    "responseSchema",
    "responseModalities",
];

pub(super) fn rebuild(rebuilt: &mut Rebuilt, provider: &str, earlier: &[Response]) {
    let mut body = rebuilt.take_recorded();
    camel(&mut body);
    strip(&mut body, rebuilt);
    match body["systemInstruction"]["parts"].as_array().map(Vec::as_slice) {
        None | Some([]) => {}
        Some([part]) => rebuilt.instructions = part["text"].as_str().map(str::to_owned),
        Some(_) => rebuilt.obstacle("instructions in several pieces"),
    }
    for content in body["contents"].as_array().into_iter().flatten() {
        if content["role"] == "model" {
            let mut response = Response::default();
            response.provider = Some(provider.to_owned());
            let parts = content["parts"].as_array().into_iter().flatten();
            response.parts = parts.map(|part| model(part, provider)).collect();
            rebuilt.assistant(response, earlier, Same::Thoughts);
            continue;
        }
        let mut parts = Vec::new();
        for part in content["parts"].as_array().into_iter().flatten() {
            if part["functionResponse"].is_object() {
                tool_result(&part["functionResponse"], rebuilt);
            } else {
                parts.extend(user(part, rebuilt));
            }
        }
        if !parts.is_empty() {
            rebuilt.user(parts);
        }
    }
    tools(&body, provider, rebuilt);
    choice(&body, rebuilt);
    settings(&body["generationConfig"], rebuilt);
    rebuilt.settings.service_tier = setting(&body, "serviceTier");
    rebuilt.recorded = body;
}

/// Writes all keys in the one of the wire's two spellings that its documentation uses.
fn camel(value: &mut Value) {
    /// What is below these belongs to the user.
    const FREE: [&str; 6] = [
        "args",
        "response",
        "parameters",
        "parametersJsonSchema",
        "responseSchema",
        "responseJsonSchema",
    ];
    match value {
        Value::Array(values) => values.iter_mut().for_each(camel),
        Value::Object(fields) => {
            let written = std::mem::take(fields);
            for (key, mut value) in written {
                let mut words = key.split('_');
                let mut name = words.next().unwrap_or_default().to_owned();
                for word in words {
                    let (first, rest) = word.split_at_checked(1).unwrap_or_default();
                    name += &first.to_ascii_uppercase();
                    name += rest;
                }
                if !FREE.contains(&name.as_str()) {
                    camel(&mut value);
                }
                fields.insert(name, value);
            }
        }
        _ => {}
    }
}

fn strip(body: &mut Value, rebuilt: &mut Rebuilt) {
    let removed = &mut rebuilt.unmodelled;
    keep(body, "", &KEYS, removed);
    if let Some(config) = body.get_mut("generationConfig") {
        keep(config, "generationConfig", &GENERATION, removed);
    }
    if let Some(config) = body.get_mut("toolConfig") {
        keep(config, "toolConfig", &["functionCallingConfig"], removed);
    }
    for content in each(body, "contents") {
        for part in each(content, "parts") {
            if part.get("inlineData").is_some() || part.get("fileData").is_some() {
                let keys = ["inlineData", "fileData"];
                keep(part, "contents.parts", &keys, removed);
            }
        }
    }
    for tool in each(body, "tools") {
        for declaration in each(tool, "functionDeclarations") {
            let keys = ["name", "description", "parameters", "parametersJsonSchema"];
            keep(declaration, "tools.functionDeclarations", &keys, removed);
        }
    }
}

fn text(object: &Value, name: &str) -> String {
    object[name].as_str().unwrap_or_default().to_owned()
}

fn user(part: &Value, rebuilt: &mut Rebuilt) -> Option<UserPart> {
    if let Some(words) = part["text"].as_str() {
        return Some(media::text(words));
    }
    let (bytes, file) = (&part["inlineData"], &part["fileData"]);
    let media_type = [bytes, file].into_iter().find_map(|media| media["mimeType"].as_str());
    let media = match (bytes["data"].as_str(), file["fileUri"].as_str()) {
        (Some(data), _) => media::of_base64(media_type.unwrap_or_default(), data),
        (None, Some(address)) => {
            let kind = media::kind_of(media_type.unwrap_or_default());
            // Files that lie at Google have addresses of other schemes too.
            let uploaded = || {
                let file = media::uploaded(kind, "google", address)?;
                match media_type {
                    Some(media_type) => file.with_media_type(media_type).ok(),
                    None => Some(file),
                }
            };
            media::of_address(kind, media_type, address).or_else(uploaded)
        }
        (None, None) => None,
    };
    if media.is_none() {
        let kind = part.as_object().into_iter().flatten().find(|(_, value)| value.is_object());
        rebuilt.obstacle(format!("media (`{}`)", kind.map_or("", |(name, _)| name)));
    }
    media.map(UserPart::Media)
}

fn tool_result(result: &Value, rebuilt: &mut Rebuilt) {
    let parts = result["parts"].as_array().into_iter().flatten();
    let media: Vec<_> = parts.filter_map(|part| user(part, rebuilt)).collect();
    let within = rebuilt.model.contains("gemini-3");
    if !media.is_empty() && (!within || result.to_string().contains("fileData")) {
        rebuilt.obstacle("media that only other models take within a result");
    }
    let response = result["response"].as_object().cloned().unwrap_or_default();
    let (content, is_error) = result_of(&response);
    rebuilt.tool_result_of(&text(result, "id"), &text(result, "name"), content, is_error);
    rebuilt.beside_result(media::given(media).map(|(_, media)| media).unwrap_or_default());
}

/// The text of a result, which clients put below different names, or at the root.
fn result_of(response: &Map<String, Value>) -> (String, bool) {
    let as_text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut entries = response.iter();
    match (entries.next(), entries.next()) {
        (Some((name, value)), None)
            if matches!(name.as_str(), "result" | "return_value" | "output" | "error") =>
        {
            (as_text(value), name == "error")
        }
        _ => (Value::Object(response.clone()).to_string(), false),
    }
}

fn model(part: &Value, provider: &str) -> Part {
    let signature = part["thoughtSignature"].as_str();
    let mut details = Map::new();
    if let Some(signature) = signature {
        details.insert("thoughtSignature".to_owned(), signature.into());
    }
    if let Some(call) = part.get("functionCall").filter(|call| call.is_object()) {
        let id = text(call, "id");
        if !id.is_empty() {
            details.insert("id".to_owned(), id.clone().into());
        }
        let arguments =
            if call["args"].is_object() { call["args"].to_string() } else { "{}".into() };
        let mut rebuilt = ToolCall::new(id, text(call, "name"), arguments);
        rebuilt.details = (!details.is_empty()).then_some(Value::Object(details));
        return Part::ToolCall(rebuilt);
    }
    match part["text"].as_str() {
        Some(words) if part["thought"] == true => {
            let mut reasoning = Reasoning::default();
            words.clone_into(&mut reasoning.text);
            reasoning.signature = signature.map(str::to_owned);
            Part::Reasoning(reasoning)
        }
        Some(words) => {
            let details = (!details.is_empty()).then_some(Value::Object(details));
            Part::Text { text: words.to_owned(), details }
        }
        None => Part::Provider { provider: provider.to_owned(), raw: part.clone() },
    }
}

fn tools(body: &Value, provider: &str, rebuilt: &mut Rebuilt) {
    for tool in body["tools"].as_array().into_iter().flatten() {
        for (name, tool) in tool.as_object().into_iter().flatten().filter(|(_, it)| !it.is_null()) {
            if name != "functionDeclarations" {
                let raw = Value::Object(Map::from_iter([(name.clone(), tool.clone())]));
                rebuilt.hosted_tools.push(HostedTool::new(provider, raw));
            }
        }
        for tool in tool["functionDeclarations"].as_array().into_iter().flatten() {
            let schema = match (tool.get("parametersJsonSchema"), tool.get("parameters")) {
                (Some(schema), _) => schema.clone(),
                (None, Some(schema)) => plain_types(schema),
                (None, None) => json!({ "type": "object", "properties": {} }),
            };
            let (name, description) = (text(tool, "name"), text(tool, "description"));
            let tool = ToolDefinition::new(name, description, Schema::new(schema));
            rebuilt.tools.push(Arc::new(tool));
        }
    }
}

/// A schema in the wire's older dialect as JSON Schema: its types are in capital letters.
pub(crate) fn plain_types(schema: &Value) -> Value {
    match schema {
        Value::Array(values) => values.iter().map(plain_types).collect(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| match value {
                Value::String(kind) if key == "type" => {
                    (key.clone(), kind.to_ascii_lowercase().into())
                }
                value => (key.clone(), plain_types(value)),
            });
            Value::Object(fields.collect())
        }
        value => value.clone(),
    }
}

fn choice(body: &Value, rebuilt: &mut Rebuilt) {
    let calling = &body["toolConfig"]["functionCallingConfig"];
    let names = calling["allowedFunctionNames"].as_array().map(Vec::as_slice);
    rebuilt.tool_choice = match (calling["mode"].as_str(), names.unwrap_or_default()) {
        (None | Some("AUTO"), []) => ToolChoice::Auto,
        (Some("NONE"), _) => ToolChoice::None,
        (Some("ANY"), []) => ToolChoice::Required,
        (Some("ANY"), [name]) => ToolChoice::Named(name.as_str().unwrap_or_default().to_owned()),
        (Some(mode @ ("ANY" | "VALIDATED")), names @ [_, ..]) => {
            let names = names.iter().filter_map(Value::as_str).map(str::to_owned).collect();
            ToolChoice::Allowed { names, required: mode == "ANY" }
        }
        (Some("AUTO"), _) => {
            rebuilt.obstacle("a choice among some of the tools");
            ToolChoice::Auto
        }
        (mode, _) => {
            rebuilt.obstacle(format!("the calling mode `{}`", mode.unwrap_or_default()));
            ToolChoice::Auto
        }
    };
}

fn settings(config: &Value, rebuilt: &mut Rebuilt) {
    let settings = &mut rebuilt.settings;
    settings.max_tokens = setting(config, "maxOutputTokens");
    settings.temperature = setting(config, "temperature");
    settings.top_p = setting(config, "topP");
    settings.top_k = setting(config, "topK");
    settings.stop_sequences = setting(config, "stopSequences");
    settings.seed = setting(config, "seed");
    let thinking = &config["thinkingConfig"];
    let level = thinking["thinkingLevel"].as_str().map(str::to_ascii_lowercase);
    settings.reasoning_budget = setting(thinking, "thinkingBudget");
    settings.reasoning_effort = match (thinking["thinkingBudget"].as_i64(), level) {
        (None, Some(level)) => setting(&json!({ "level": level }), "level"),
        // A budget says it, or nothing does.
        _ => None,
    };
    let unsaid = settings.reasoning_effort.is_none() && settings.reasoning_budget.is_none();
    if unsaid && thinking["includeThoughts"] == true {
        rebuilt.obstacle("thoughts shown without an effort");
    }
    let modalities = config["responseModalities"].as_array().into_iter().flatten();
    for modality in modalities.filter(|modality| *modality != "TEXT") {
        let modality = modality.as_str().unwrap_or_default();
        rebuilt.obstacle(format!("an answer as `{modality}`"));
    }
    let schema = match (config.get("responseJsonSchema"), config.get("responseSchema")) {
        (Some(schema), _) => Some(schema.clone()),
        (None, schema) => schema.map(plain_types),
    };
    match (schema, config["responseMimeType"].as_str()) {
        (Some(schema), _) => {
            let schema = Schema::new(schema);
            rebuilt.output = OutputFormat::JsonSchema { name: "answer".to_owned(), schema };
        }
        (None, None | Some("text/plain")) => {}
        (None, Some(kind)) => rebuilt.obstacle(format!("the response format `{kind}`")),
    }
}
