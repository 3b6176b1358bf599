//! Writes a request.

use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;

use super::model::Abilities;
use super::schema;
use super::thinking::{Plan, Thinking};
use super::turn::{Turn, turns};
use crate::error::ModelError;
use crate::request::{OutputFormat, Request, Settings, ToolChoice, ToolDefinition};

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    max_tokens: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<&'a str>,
    messages: Vec<Turn<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<Choice<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking: Option<Thinking>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<OutputConfig<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_sequences: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
}

#[derive(Serialize)]
struct Tool<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    input_schema: &'a RawValue,
}

#[derive(Serialize)]
struct Choice<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    disable_parallel_tool_use: bool,
}

#[derive(Serialize)]
struct OutputConfig<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Format<'a>>,
}

#[derive(Serialize)]
struct Format<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    schema: &'a RawValue,
}

/// The body of a request.
pub(super) fn body(
    model: &str,
    request: &Request<'_>,
    streamed: bool,
) -> Result<Vec<u8>, ModelError> {
    let settings = request.settings;
    let abilities = Abilities::of(model);
    let max_tokens = settings.max_tokens.unwrap_or(abilities.max_tokens);
    let plan = Plan::new(abilities, settings, max_tokens)?;
    plan.check(settings, request.tool_choice)?;
    let [temperature, top_p] = sampling(abilities, settings)?;
    let messages = turns(request.messages);
    if messages.is_empty() {
        return Err(ModelError::config(
            "there is nothing to send: the conversation holds no text, give it a prompt",
        ));
    }
    let body = Body {
        model,
        max_tokens,
        system: request.instructions.filter(|text| !text.trim().is_empty()),
        messages,
        tools: tools(request)?,
        tool_choice: choice(request)?,
        thinking: plan.thinking,
        output_config: output(request, plan.effort)?,
        temperature,
        top_p,
        stop_sequences: settings.stop_sequences.as_deref().filter(|list| !list.is_empty()),
        service_tier: settings.service_tier.as_deref(),
        stream: streamed,
    };
    serde_json::to_vec(&body)
        .map_err(|_| ModelError::config("the request cannot be written as JSON"))
}

/// Temperature and top-p, where the model takes them.
fn sampling(model: Abilities, settings: &Settings) -> Result<[Option<f64>; 2], ModelError> {
    let asked = [("temperature", settings.temperature), ("top_p", settings.top_p)];
    for (name, value) in asked {
        let Some(value) = value else { continue };
        if !(0.0..=1.0).contains(&value) {
            return Err(ModelError::config(format!(
                "`{name}` is {value}, and this wire takes 0 to 1"
            )));
        }
        if !model.sampling && value < 1.0 {
            return Err(ModelError::config(format!(
                "this model takes no `{name}`: leave it unset, or take a model before Opus 4.7"
            )));
        }
    }
    Ok(asked.map(|(_, value)| value.filter(|_| model.sampling)))
}

/// The tools on offer; the wire takes arguments of no other kind than an object.
fn tools<'a>(request: &Request<'a>) -> Result<Vec<Tool<'a>>, ModelError> {
    let tool = |tool: &'a Arc<ToolDefinition>| {
        if tool.parameters.as_value().get("type").is_none_or(|kind| kind != "object") {
            return Err(ModelError::config(format!(
                "the arguments of the tool `{}` are no object: give its schema the type `object`",
                tool.name.escape_debug()
            )));
        }
        Ok(Tool {
            name: &tool.name,
            description: &tool.description,
            input_schema: tool.parameters.as_raw(),
        })
    };
    request.tools.iter().map(tool).collect()
}

fn choice<'a>(request: &Request<'a>) -> Result<Option<Choice<'a>>, ModelError> {
    let one_by_one = request.settings.parallel_tool_calls == Some(false);
    let (kind, name) = match request.tool_choice {
        // The wire takes a choice only beside tools.
        ToolChoice::Auto | ToolChoice::None if request.tools.is_empty() => return Ok(None),
        ToolChoice::Auto if !one_by_one => return Ok(None),
        ToolChoice::Auto => ("auto", None),
        ToolChoice::None => ("none", None),
        ToolChoice::Required if request.tools.is_empty() => {
            return Err(ModelError::config("a tool is required, and none is on offer"));
        }
        ToolChoice::Required => ("any", None),
        ToolChoice::Named(name) if !request.tools.iter().any(|tool| tool.name == *name) => {
            return Err(ModelError::config(format!(
                "the tool `{}` is required, and not on offer",
                name.escape_debug()
            )));
        }
        ToolChoice::Named(name) => ("tool", Some(name.as_str())),
    };
    Ok(Some(Choice { kind, name, disable_parallel_tool_use: one_by_one && kind != "none" }))
}

fn output<'a>(
    request: &Request<'a>,
    effort: Option<&'static str>,
) -> Result<Option<OutputConfig<'a>>, ModelError> {
    let format = match request.output {
        OutputFormat::Text => None,
        OutputFormat::JsonSchema { schema, .. } => {
            let schema = schema.strict(schema::transform).map_err(|reason| {
                ModelError::config(format!("the provider cannot hold to this schema: {reason}"))
            })?;
            Some(Format { kind: "json_schema", schema })
        }
    };
    let asked = effort.is_some() || format.is_some();
    Ok(asked.then_some(OutputConfig { effort, format }))
}
