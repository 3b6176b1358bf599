//! Writes a request.

use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;

use super::PROVIDER;
use super::model::Abilities;
use super::schema;
use super::thinking::Thinking;
use super::turn::{Turn, turns};
use crate::error::ModelError;
use crate::message::check_uploads;
use crate::request::{Hosted, OutputFormat, Request, Settings, ToolChoice, ToolDefinition};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    system_instruction: Option<Instruction<'a>>,
    contents: Vec<Turn<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tools<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_config: Option<ToolConfig<'a>>,
    #[serde(skip_serializing_if = "Generation::is_default")]
    generation_config: Generation<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<&'a str>,
}

#[derive(Serialize)]
struct Instruction<'a> {
    parts: [InstructionText<'a>; 1],
}

#[derive(Serialize)]
struct InstructionText<'a> {
    text: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Tools<'a> {
    #[serde(rename_all = "camelCase")]
    Functions {
        function_declarations: Vec<Declaration<'a>>,
    },
    Hosted(Hosted<'a>),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Declaration<'a> {
    name: &'a str,
    description: &'a str,
    parameters_json_schema: &'a RawValue,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToolConfig<'a> {
    function_calling_config: Calling<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Calling<'a> {
    mode: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed_function_names: Option<&'a [String]>,
}

#[derive(Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Generation<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    max_output_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_k: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stop_sequences: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking_config: Option<Thinking>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_mime_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_json_schema: Option<Raw<'a>>,
}

/// A schema in text, compared as text.
#[derive(Serialize)]
#[serde(transparent)]
struct Raw<'a>(&'a RawValue);

impl PartialEq for Raw<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.get() == other.0.get()
    }
}

impl Generation<'_> {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// The path of a request.
pub(super) fn path(model: &str, streamed: bool) -> Result<String, ModelError> {
    let method = if streamed { "streamGenerateContent?alt=sse" } else { "generateContent" };
    Ok(format!("v1beta/{}:{method}", resource(model)?))
}

/// The path of the question how many tokens a request takes in.
pub(super) fn count_path(model: &str) -> Result<String, ModelError> {
    Ok(format!("v1beta/{}:countTokens", resource(model)?))
}

/// The model as the wire names it. A tuned one is named with its folder, as in `tunedModels/mine`.
fn resource(model: &str) -> Result<String, ModelError> {
    let segment_ok = |segment: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.@".contains(c);
        !matches!(segment, "" | "." | "..") && segment.chars().all(plain)
    };
    if !model.split('/').all(segment_ok) {
        return Err(ModelError::config(
            "the model's name does not fit into an address: write it in letters, digits, `-`, `_`, \
             `.` and `@`",
        ));
    }
    let folder = if model.contains('/') { "" } else { "models/" };
    Ok(format!("{folder}{model}"))
}

/// The body of a request; it is the same whether the reply is to be streamed or not.
pub(super) fn body(model: &str, request: &Request<'_>) -> Result<Vec<u8>, ModelError> {
    write(&Body::new(model, request)?)
}

/// The body of the question how many tokens a request takes in: the request, named with its model.
pub(super) fn count_body(model: &str, request: &Request<'_>) -> Result<Vec<u8>, ModelError> {
    let body = Body::new(model, request)?;
    write(&Count { generate_content_request: Named { model: resource(model)?, body } })
}

fn write(body: &impl Serialize) -> Result<Vec<u8>, ModelError> {
    serde_json::to_vec(body)
        .map_err(|_| ModelError::config("the request cannot be written as JSON"))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Count<'a> {
    generate_content_request: Named<'a>,
}

#[derive(Serialize)]
struct Named<'a> {
    model: String,
    #[serde(flatten)]
    body: Body<'a>,
}

impl<'a> Body<'a> {
    fn new(model: &str, request: &Request<'a>) -> Result<Self, ModelError> {
        let abilities = Abilities::of(model);
        request.settings.refuse_kept("Gemini's wire")?;
        check_uploads(request.messages, PROVIDER)?;
        let contents = turns(request.messages, abilities.current)?;
        if contents.is_empty() {
            return Err(ModelError::config(
                "there is nothing to send: the conversation holds no text, give it a prompt",
            ));
        }
        Ok(Self {
            system_instruction: (request.instructions)
                .filter(|text| !text.trim().is_empty())
                .map(|text| Instruction { parts: [InstructionText { text }] }),
            contents,
            tools: tools(request)?,
            tool_config: tool_config(request)?,
            generation_config: generation(abilities, request)?,
            // Other providers' words for what holds anyway.
            service_tier: (request.settings.service_tier.as_deref())
                .filter(|tier| !matches!(*tier, "auto" | "default")),
        })
    }
}

fn tools<'a>(request: &Request<'a>) -> Result<Vec<Tools<'a>>, ModelError> {
    let declaration = |tool: &'a Arc<ToolDefinition>| Declaration {
        name: &tool.name,
        description: &tool.description,
        parameters_json_schema: tool.parameters.as_raw(),
    };
    let functions = (!request.tools.is_empty()).then(|| Tools::Functions {
        function_declarations: request.tools.iter().map(declaration).collect(),
    });
    let mut hosted = request.hosted_by(PROVIDER)?;
    if matches!(request.tool_choice, ToolChoice::Allowed { .. }) {
        hosted.clear();
    }
    let hosted = hosted.into_iter().map(Tools::Hosted);
    Ok(functions.into_iter().chain(hosted).collect())
}

fn tool_config<'a>(request: &Request<'a>) -> Result<Option<ToolConfig<'a>>, ModelError> {
    request.check_allowed()?;
    let (mode, names) = match request.tool_choice {
        ToolChoice::Auto => return Ok(None),
        ToolChoice::None if request.tools.is_empty() => return Ok(None),
        ToolChoice::None => ("NONE", None),
        ToolChoice::Required if request.tools.is_empty() => {
            return Err(ModelError::config("a tool is required, and none is on offer"));
        }
        ToolChoice::Required => ("ANY", None),
        ToolChoice::Named(name) if !request.tools.iter().any(|tool| tool.name == *name) => {
            return Err(ModelError::config(format!(
                "the tool `{}` is required, and not on offer",
                name.escape_debug()
            )));
        }
        ToolChoice::Named(name) => ("ANY", Some(std::slice::from_ref(name))),
        ToolChoice::Allowed { names, required: true } => ("ANY", Some(names.as_slice())),
        // The mode that lets the model answer in text, and takes names:
        // <https://ai.google.dev/gemini-api/docs/function-calling#function_calling_modes>
        ToolChoice::Allowed { names, .. } => ("VALIDATED", Some(names.as_slice())),
    };
    let function_calling_config = Calling { mode, allowed_function_names: names };
    Ok(Some(ToolConfig { function_calling_config }))
}

fn generation<'a>(
    abilities: Abilities,
    request: &Request<'a>,
) -> Result<Generation<'a>, ModelError> {
    let settings = request.settings;
    check(settings)?;
    let schema = match request.output {
        OutputFormat::Text => None,
        OutputFormat::JsonSchema { .. } if !request.tools.is_empty() && !abilities.current => {
            return Err(ModelError::config(
                "this model takes a schema or tools, and not both: leave one of them out, or take \
                 Gemini 3 or later",
            ));
        }
        OutputFormat::JsonSchema { schema, .. } => {
            Some(Raw(schema.strict(schema::transform).map_err(|reason| {
                ModelError::config(format!("the provider cannot hold to this schema: {reason}"))
            })?))
        }
    };
    Ok(Generation {
        max_output_tokens: settings.max_tokens,
        temperature: settings.temperature,
        top_p: settings.top_p,
        top_k: settings.top_k,
        stop_sequences: settings.stop_sequences.as_deref().filter(|list| !list.is_empty()),
        seed: settings.seed,
        thinking_config: Thinking::new(abilities.thinking, settings)?,
        response_mime_type: schema.is_some().then_some("application/json"),
        response_json_schema: schema,
    })
}

/// The largest number that the wire has for a seed.
const LARGEST_SEED: u64 = i32::MAX as u64;

/// The most texts to stop at that the wire takes.
const MOST_STOPS: usize = 5;

/// Refuses settings that the wire has no room for.
fn check(settings: &Settings) -> Result<(), ModelError> {
    for (name, value, most) in
        [("temperature", settings.temperature, 2.0), ("top_p", settings.top_p, 1.0)]
    {
        if let Some(value) = value.filter(|value| !(0.0..=most).contains(value)) {
            return Err(ModelError::config(format!(
                "`{name}` is {value}, and this wire takes 0 to {most}"
            )));
        }
    }
    if let Some(seed) = settings.seed.filter(|seed| *seed > LARGEST_SEED) {
        return Err(ModelError::config(format!(
            "`seed` is {seed}, and this wire takes at most {LARGEST_SEED}"
        )));
    }
    match settings.stop_sequences.as_ref().map(Vec::len) {
        Some(count) if count > MOST_STOPS => Err(ModelError::config(format!(
            "there are {count} `stop_sequences`, and this wire takes at most {MOST_STOPS}"
        ))),
        _ => Ok(()),
    }
}
