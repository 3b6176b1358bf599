//! Writing requests: borrowed shapes that serialise straight into the body.

use serde::Serialize;
use serde_json::value::RawValue;

use super::input::{Item, items};
use super::{ReasoningSummary, Responses, model};
use crate::error::ModelError;
use crate::message::check_uploads;
use crate::openai::offer::{Chosen, Offer};
use crate::openai::{checks, strict};
use crate::request::{
    Effort, Hosted, OutputFormat, PreviousResponse, Request, Settings, ToolDefinition,
};

/// Writes the body of a request.
pub(super) fn body(
    config: &Responses,
    model: &str,
    request: &Request<'_>,
    streamed: bool,
) -> Result<Vec<u8>, ModelError> {
    let settings = request.settings;
    check(settings)?;
    let store = store(config, settings)?;
    write(&Body {
        max_output_tokens: settings.max_tokens,
        temperature: settings.temperature,
        top_p: settings.top_p,
        // A model that does not reason refuses to be asked for its reasoning.
        include: if !store && config.encrypted_reasoning && model::reasons(model) {
            &ENCRYPTED
        } else {
            &[]
        },
        store: Some(store),
        background: settings.background == Some(true),
        service_tier: settings.service_tier.as_deref(),
        prompt_cache_key: settings.cache.as_ref().and_then(|cache| cache.key.as_deref()),
        stream: streamed,
        ..input(config, model, request)?
    })
}

/// Writes the body of the question how many tokens a request takes in, which knows none of the
/// fields that are about the reply.
pub(super) fn count_body(
    config: &Responses,
    model: &str,
    request: &Request<'_>,
) -> Result<Vec<u8>, ModelError> {
    write(&input(config, model, request)?)
}

/// Whether the provider is to keep the reply, which it must while it makes one in the background:
/// <https://platform.openai.com/docs/guides/background>.
fn store(config: &Responses, settings: &Settings) -> Result<bool, ModelError> {
    match (settings.background, settings.store) {
        (Some(true), Some(false)) => Err(ModelError::config(
            "a reply that is made in the background is kept until it is fetched: leave `store` \
             unset, or do without `background`",
        )),
        (Some(true), _) => Ok(true),
        (_, store) => Ok(store.unwrap_or(config.store)),
    }
}

fn write(body: &Body<'_>) -> Result<Vec<u8>, ModelError> {
    let mut bytes = Vec::with_capacity(1024);
    serde_json::to_writer(&mut bytes, body)
        .map_err(|error| ModelError::config("the request cannot be written").with_source(error))?;
    Ok(bytes)
}

/// What goes into the model, and nothing about what comes out.
fn input<'a>(
    config: &'a Responses,
    model: &'a str,
    request: &'a Request<'_>,
) -> Result<Body<'a>, ModelError> {
    checks::names(request)?;
    check_uploads(request.messages, &config.provider)?;
    let settings = request.settings;
    let offer = Offer::of(request, &config.provider)?;
    let functions = offer.functions.into_iter().map(Tool::of);
    let tools: Vec<_> = functions.chain(offer.hosted.into_iter().map(Tool::Hosted)).collect();
    let with_tools = !tools.is_empty();
    let kept = settings.previous_response.as_ref();
    let (previous, new) = PreviousResponse::split(kept, request.messages, &config.provider)?;
    let known = request.messages.len().saturating_sub(new.len());
    Ok(Body {
        model,
        instructions: request.instructions.filter(|text| !text.is_empty()),
        previous_response_id: previous,
        input: items(config, request, known)?,
        tools,
        tool_choice: if with_tools { Choice::of(offer.choice) } else { None },
        parallel_tool_calls: settings.parallel_tool_calls.filter(|_| with_tools),
        text: Text::of(request.output),
        reasoning: Reasoning::of(config, settings),
        max_output_tokens: None,
        temperature: None,
        top_p: None,
        include: &[],
        store: None,
        background: false,
        service_tier: None,
        prompt_cache_key: None,
        stream: false,
    })
}

const ENCRYPTED: [&str; 1] = ["reasoning.encrypted_content"];

/// Refuses what the wire cannot carry.
fn check(settings: &Settings) -> Result<(), ModelError> {
    if settings.stop_sequences.as_ref().is_some_and(|stop| !stop.is_empty()) {
        return Err(ModelError::config(
            "this wire has no stop sequences: leave `stop_sequences` unset, or ask over chat \
             completions",
        ));
    }
    checks::sampling(settings)
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    instructions: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_response_id: Option<&'a str>,
    input: Vec<Item<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<Choice<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parallel_tool_calls: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_output_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning: Option<Reasoning>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    include: &'static [&'static str],
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<bool>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    background: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_cache_key: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
}

#[derive(Serialize)]
struct Reasoning {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<Effort>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<ReasoningSummary>,
}

impl Reasoning {
    fn of(config: &Responses, settings: &Settings) -> Option<Self> {
        let (effort, summary) = (settings.reasoning_effort, config.reasoning_summary);
        (effort.is_some() || summary.is_some()).then_some(Self { effort, summary })
    }
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Tool<'a> {
    Function {
        name: &'a str,
        description: &'a str,
        parameters: &'a RawValue,
        /// Strict is what holds when nothing is sent, and would have optional arguments be null.
        strict: bool,
    },
    #[serde(untagged)]
    Hosted(Hosted<'a>),
}

impl<'a> Tool<'a> {
    fn of(tool: &'a ToolDefinition) -> Self {
        Self::Function {
            name: &tool.name,
            description: &tool.description,
            parameters: tool.parameters.as_raw(),
            strict: false,
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Choice<'a> {
    Word(&'static str),
    Named(NamedTool<'a>),
    Among(Among<'a>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum NamedTool<'a> {
    Function { name: &'a str },
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Among<'a> {
    AllowedTools { mode: &'static str, tools: Vec<NamedTool<'a>> },
}

impl<'a> Choice<'a> {
    /// `auto` is what holds when nothing is sent.
    fn of(choice: Chosen<'a>) -> Option<Self> {
        match choice {
            Chosen::Auto => None,
            Chosen::Word(word) => Some(Self::Word(word)),
            Chosen::Named(name) => Some(Self::Named(NamedTool::Function { name })),
            Chosen::Among { names, mode } => {
                let tools = names.iter().map(|name| NamedTool::Function { name }).collect();
                Some(Self::Among(Among::AllowedTools { mode, tools }))
            }
        }
    }
}

#[derive(Serialize)]
struct Text<'a> {
    format: Format<'a>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Format<'a> {
    JsonSchema { name: &'a str, strict: bool, schema: &'a RawValue },
}

impl<'a> Text<'a> {
    fn of(output: &'a OutputFormat) -> Option<Self> {
        let OutputFormat::JsonSchema { name, schema } = output else { return None };
        let (strict, schema) = strict::of(schema);
        Some(Self { format: Format::JsonSchema { name, strict, schema } })
    }
}
