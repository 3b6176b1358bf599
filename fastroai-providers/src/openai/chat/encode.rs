//! Writing requests: borrowed shapes that serialise straight into the body.

mod messages;

use serde::Serialize;
use serde_json::value::RawValue;

use super::{ChatCompletions, TokenLimit};
use crate::error::ModelError;
use crate::openai::strict;
use crate::request::{Effort, OutputFormat, Request, ToolChoice, ToolDefinition};
use messages::Messages;

/// Writes the body of a request.
pub(super) fn body(
    config: &ChatCompletions,
    model: &str,
    request: &Request<'_>,
    streamed: bool,
) -> Result<Vec<u8>, ModelError> {
    check(request)?;
    let settings = request.settings;
    let (old_limit, limit) = match config.token_limit {
        TokenLimit::MaxTokens => (settings.max_tokens, None),
        TokenLimit::MaxCompletionTokens => (None, settings.max_tokens),
    };
    let with_tools = !request.tools.is_empty();
    let body = Body {
        model,
        messages: Messages { config, request },
        tools: request.tools.iter().map(|tool| Tool::of(tool)).collect(),
        tool_choice: if with_tools { Choice::of(request.tool_choice) } else { None },
        parallel_tool_calls: settings.parallel_tool_calls.filter(|_| with_tools),
        response_format: ResponseFormat::of(request.output)?,
        max_completion_tokens: limit,
        max_tokens: old_limit,
        temperature: settings.temperature,
        top_p: settings.top_p,
        stop: settings.stop_sequences.as_deref().filter(|stop| !stop.is_empty()),
        seed: settings.seed,
        reasoning_effort: settings.reasoning_effort,
        service_tier: settings.service_tier.as_deref(),
        stream: streamed.then_some(true),
        stream_options: (streamed && config.stream_options)
            .then_some(StreamOptions { include_usage: true }),
    };
    let mut bytes = Vec::with_capacity(1024);
    serde_json::to_writer(&mut bytes, &body)
        .map_err(|error| ModelError::config("the request cannot be written").with_source(error))?;
    Ok(bytes)
}

/// Refuses what the wire cannot carry.
fn check(request: &Request<'_>) -> Result<(), ModelError> {
    let config = |message: String| Err(ModelError::config(message));
    if let Some(tool) = request.tools.iter().find(|tool| !is_name(&tool.name)) {
        return config(format!(
            "the tool name `{}` is not 1 to 64 letters, digits, `_` and `-`: rename the tool",
            tool.name.escape_debug()
        ));
    }
    match request.tool_choice {
        ToolChoice::Named(name) if !request.tools.iter().any(|tool| tool.name == *name) => {
            return config(format!(
                "the tool `{}` is demanded, but not offered: add it to the tools",
                name.escape_debug()
            ));
        }
        ToolChoice::Required if request.tools.is_empty() => {
            return config("a tool call is demanded, but no tool is offered: add one".to_owned());
        }
        _ => {}
    }
    if let OutputFormat::JsonSchema { name, .. } = request.output
        && !is_name(name)
    {
        return config(format!(
            "the schema name `{}` is not 1 to 64 letters, digits, `_` and `-`: rename it",
            name.escape_debug()
        ));
    }
    let settings = request.settings;
    for (name, value) in [("temperature", settings.temperature), ("top_p", settings.top_p)] {
        if value.is_some_and(|value| !value.is_finite()) {
            return config(format!("`{name}` is no finite number: give it one, or leave it out"));
        }
    }
    if settings.seed.is_some_and(|seed| i64::try_from(seed).is_err()) {
        return config(format!("`seed` is over {}, the highest that is taken", i64::MAX));
    }
    Ok(())
}

fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=64).contains(&name.len()) && name.bytes().all(plain)
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Messages<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<Choice<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parallel_tool_calls: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<ResponseFormat<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<Effort>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Serialize)]
#[serde(tag = "type", content = "function", rename_all = "lowercase")]
enum Tool<'a> {
    Function { name: &'a str, description: &'a str, parameters: &'a RawValue },
}

impl<'a> Tool<'a> {
    fn of(tool: &'a ToolDefinition) -> Self {
        Self::Function {
            name: &tool.name,
            description: &tool.description,
            parameters: tool.parameters.as_raw(),
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Choice<'a> {
    Word(&'static str),
    Named(NamedTool<'a>),
}

#[derive(Serialize)]
#[serde(tag = "type", content = "function", rename_all = "lowercase")]
enum NamedTool<'a> {
    Function { name: &'a str },
}

impl<'a> Choice<'a> {
    /// `auto` is what holds when nothing is sent.
    fn of(choice: &'a ToolChoice) -> Option<Self> {
        match choice {
            ToolChoice::Auto => None,
            ToolChoice::None => Some(Self::Word("none")),
            ToolChoice::Required => Some(Self::Word("required")),
            ToolChoice::Named(name) => Some(Self::Named(NamedTool::Function { name })),
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "type", content = "json_schema", rename_all = "snake_case")]
enum ResponseFormat<'a> {
    JsonSchema { name: &'a str, strict: bool, schema: &'a RawValue },
}

impl<'a> ResponseFormat<'a> {
    /// Strict wherever OpenAI's dialect can carry the schema.
    fn of(output: &'a OutputFormat) -> Result<Option<Self>, ModelError> {
        let OutputFormat::JsonSchema { name, schema } = output else { return Ok(None) };
        if !schema.as_value().is_object() {
            return Err(ModelError::config("the schema of the answer is no JSON object"));
        }
        let (strict, schema) = match schema.strict(strict::transform) {
            Ok(strict) => (true, strict),
            Err(_) => (false, schema.as_raw()),
        };
        Ok(Some(Self::JsonSchema { name, strict, schema }))
    }
}
