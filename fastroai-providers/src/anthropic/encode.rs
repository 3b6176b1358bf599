//! Writes a request.

use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;

use super::cache::{Breakpoints, CacheControl};
use super::model::Abilities;
use super::schema;
use super::thinking::{Plan, Thinking};
use super::turn::{Turn, turns};
use super::{Messages, Version};
use crate::error::ModelError;
use crate::request::{Hosted, OutputFormat, Request, Settings, ToolChoice, ToolDefinition};

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<System<'a>>,
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
    top_k: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_sequences: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
}

#[derive(Serialize)]
#[serde(untagged)]
enum System<'a> {
    Text(&'a str),
    Blocks([SystemBlock<'a>; 1]),
}

#[derive(Serialize)]
struct SystemBlock<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    text: &'a str,
    cache_control: CacheControl,
}

impl<'a> System<'a> {
    fn new(text: &'a str, cache_control: Option<CacheControl>) -> Self {
        match cache_control {
            None => Self::Text(text),
            Some(cache_control) => {
                Self::Blocks([SystemBlock { kind: "text", text, cache_control }])
            }
        }
    }
}

#[derive(Serialize)]
struct Tool<'a> {
    #[serde(flatten)]
    body: ToolBody<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<CacheControl>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ToolBody<'a> {
    Function {
        name: &'a str,
        #[serde(skip_serializing_if = "str::is_empty")]
        description: &'a str,
        input_schema: &'a RawValue,
    },
    Hosted(Hosted<'a>),
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
    wire: &Messages,
    model: &str,
    request: &Request<'_>,
    streamed: bool,
) -> Result<Vec<u8>, ModelError> {
    write(&Body { stream: streamed, ..Body::new(wire, model, request)? })
}

/// The body of the question how many tokens a request takes in. What is only about what comes out
/// is refused there.
pub(super) fn count_body(
    wire: &Messages,
    model: &str,
    request: &Request<'_>,
) -> Result<Vec<u8>, ModelError> {
    write(&Body {
        max_tokens: None,
        temperature: None,
        top_p: None,
        top_k: None,
        stop_sequences: None,
        service_tier: None,
        ..Body::new(wire, model, request)?
    })
}

fn write(body: &Body<'_>) -> Result<Vec<u8>, ModelError> {
    serde_json::to_vec(body)
        .map_err(|_| ModelError::config("the request cannot be written as JSON"))
}

impl<'a> Body<'a> {
    fn new(wire: &Messages, model: &'a str, request: &Request<'a>) -> Result<Self, ModelError> {
        let settings = request.settings;
        settings.refuse_kept("Anthropic's Messages API")?;
        let abilities = Abilities::of(model);
        let max_tokens = settings.max_tokens.unwrap_or(abilities.max_tokens);
        let plan = Plan::new(abilities, settings, max_tokens)?;
        plan.check(settings, request.tool_choice)?;
        let sampling = Sampling::new(wire.version, abilities, settings)?;
        let mut messages = turns(request.messages, &wire.provider)?;
        if messages.is_empty() {
            return Err(ModelError::config(
                "there is nothing to send: the conversation holds no text, give it a prompt",
            ));
        }
        let instructions = request.instructions.filter(|text| !text.trim().is_empty());
        let kept = Breakpoints::place(request, instructions.is_some(), &mut messages)?;
        let mut hosted = request.hosted_by(&wire.provider)?;
        if matches!(request.tool_choice, ToolChoice::Allowed { .. }) {
            hosted.clear();
        }
        Ok(Self {
            model,
            max_tokens: Some(max_tokens),
            system: instructions.map(|text| System::new(text, kept.instructions)),
            messages,
            tool_choice: choice(request, &hosted)?,
            tools: tools(request, hosted, kept.tools)?,
            thinking: plan.thinking,
            output_config: output(request, plan.effort)?,
            temperature: sampling.temperature,
            top_p: sampling.top_p,
            top_k: sampling.top_k,
            stop_sequences: settings.stop_sequences.as_deref().filter(|list| !list.is_empty()),
            service_tier: settings.service_tier.as_deref(),
            stream: false,
        })
    }
}

/// How freely to choose, where the model takes that.
struct Sampling {
    temperature: Option<f64>,
    top_p: Option<f64>,
    top_k: Option<u32>,
}

impl Sampling {
    fn new(version: Version, model: Abilities, settings: &Settings) -> Result<Self, ModelError> {
        let none = match version {
            _ if !model.sampling => {
                Some("this model takes no {}: leave it unset, or take a model before Opus 4.7")
            }
            Version::V2026_10_21 => Some(
                "version 2026-10-21 of this wire takes no {}: leave it unset, or speak version \
                 2023-06-01",
            ),
            Version::V2023_06_01 => None,
        };
        let refuse = |name: &str, reason: &str| {
            Err(ModelError::config(reason.replace("{}", &format!("`{name}`"))))
        };
        for (name, value) in [("temperature", settings.temperature), ("top_p", settings.top_p)] {
            let Some(value) = value else { continue };
            if !(0.0..=1.0).contains(&value) {
                return Err(ModelError::config(format!(
                    "`{name}` is {value}, and this wire takes 0 to 1"
                )));
            }
            if let Some(reason) = none.filter(|_| value < 1.0) {
                return refuse(name, reason);
            }
        }
        match none {
            Some(reason) if settings.top_k.is_some() => refuse("top_k", reason),
            Some(_) => Ok(Self { temperature: None, top_p: None, top_k: None }),
            None => Ok(Self {
                temperature: settings.temperature,
                top_p: settings.top_p,
                top_k: settings.top_k,
            }),
        }
    }
}

/// The tools; the last one ends what is to be kept. The wire takes no arguments but an object.
fn tools<'a>(
    request: &Request<'a>,
    hosted: Vec<Hosted<'a>>,
    cache_control: Option<CacheControl>,
) -> Result<Vec<Tool<'a>>, ModelError> {
    request.check_allowed()?;
    let function = |tool: &'a Arc<ToolDefinition>| {
        if tool.parameters.as_value().get("type").is_none_or(|kind| kind != "object") {
            return Err(ModelError::config(format!(
                "the arguments of the tool `{}` are no object: give its schema the type `object`",
                tool.name.escape_debug()
            )));
        }
        Ok(ToolBody::Function {
            name: &tool.name,
            description: &tool.description,
            input_schema: tool.parameters.as_raw(),
        })
    };
    let hosted = hosted.into_iter().map(|tool| Ok(ToolBody::Hosted(tool)));
    let all = request.allowed_tools().map(function).chain(hosted);
    let tools: Result<Vec<_>, _> =
        all.map(|body| Ok(Tool { body: body?, cache_control: None })).collect();
    let mut tools = tools?;
    if let Some(last) = tools.last_mut() {
        last.cache_control = cache_control;
    }
    Ok(tools)
}

fn choice<'a>(
    request: &Request<'a>,
    hosted: &[Hosted<'a>],
) -> Result<Option<Choice<'a>>, ModelError> {
    let without_tools = request.tools.is_empty() && hosted.is_empty();
    let is_offered = |name: &str| {
        request.tools.iter().any(|tool| tool.name == name)
            || hosted.iter().any(|tool| tool.is_named(name))
    };
    let one_by_one = request.settings.parallel_tool_calls == Some(false);
    let (kind, name) = match request.tool_choice {
        // The wire takes a choice only beside tools.
        ToolChoice::Auto | ToolChoice::None if without_tools => return Ok(None),
        ToolChoice::Auto if !one_by_one => return Ok(None),
        ToolChoice::Auto => ("auto", None),
        ToolChoice::None => ("none", None),
        ToolChoice::Required if without_tools => {
            return Err(ModelError::config("a tool is required, and none is on offer"));
        }
        ToolChoice::Required | ToolChoice::Allowed { required: true, .. } => ("any", None),
        ToolChoice::Allowed { .. } if one_by_one => ("auto", None),
        ToolChoice::Allowed { .. } => return Ok(None),
        ToolChoice::Named(name) if !is_offered(name) => {
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
