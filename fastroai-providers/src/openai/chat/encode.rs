//! Writing requests: borrowed shapes that serialise straight into the body.

mod content;
mod messages;

use serde::Serialize;
use serde_json::value::RawValue;

use super::{ChatCompletions, SeedName, TokenLimit};
use crate::error::ModelError;
use crate::message::check_uploads;
use crate::openai::offer::{Chosen, Offer};
use crate::openai::{checks, strict};
use crate::request::{Effort, Hosted, OutputFormat, Request, ToolDefinition};
use messages::{WireMessage, messages};

/// Writes the body of a request.
pub(super) fn body(
    config: &ChatCompletions,
    model: &str,
    request: &Request<'_>,
    streamed: bool,
) -> Result<Vec<u8>, ModelError> {
    let offer = Offer::of(request, &config.provider)?;
    check(request, &config.provider)?;
    let settings = request.settings;
    let (old_limit, limit) = match config.token_limit {
        TokenLimit::MaxTokens => (settings.max_tokens, None),
        TokenLimit::MaxCompletionTokens => (None, settings.max_tokens),
    };
    let (seed, random_seed) = match config.seed {
        SeedName::Seed => (settings.seed, None),
        SeedName::RandomSeed => (None, settings.seed),
    };
    let functions = offer.functions.into_iter().map(Tool::of);
    let tools: Vec<_> = functions.chain(offer.hosted.into_iter().map(Tool::Hosted)).collect();
    let with_tools = !tools.is_empty();
    let body = Body {
        model,
        messages: messages(config, request)?,
        tools,
        tool_choice: if with_tools { Choice::of(offer.choice) } else { None },
        parallel_tool_calls: settings.parallel_tool_calls.filter(|_| with_tools),
        response_format: ResponseFormat::of(request.output),
        max_completion_tokens: limit,
        max_tokens: old_limit,
        temperature: settings.temperature,
        top_p: settings.top_p,
        stop: settings.stop_sequences.as_deref().filter(|stop| !stop.is_empty()),
        seed,
        random_seed,
        reasoning_effort: settings.reasoning_effort,
        service_tier: settings.service_tier.as_deref(),
        prompt_cache_key: settings.cache.as_ref().and_then(|cache| cache.key.as_deref()),
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
fn check(request: &Request<'_>, provider: &str) -> Result<(), ModelError> {
    checks::names(request)?;
    check_uploads(request.messages, provider)?;
    checks::sampling(request.settings)?;
    request.settings.refuse_kept("Chat Completions")?;
    match request.settings.seed {
        Some(seed) if i64::try_from(seed).is_err() => Err(ModelError::config(format!(
            "`seed` is over {}, the highest that is taken",
            i64::MAX
        ))),
        _ => Ok(()),
    }
}

#[derive(Serialize)]
struct Body<'a> {
    model: &'a str,
    messages: Vec<WireMessage<'a>>,
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
    random_seed: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<Effort>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_cache_key: Option<&'a str>,
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
    Function {
        name: &'a str,
        description: &'a str,
        parameters: &'a RawValue,
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
#[serde(tag = "type", content = "function", rename_all = "lowercase")]
enum NamedTool<'a> {
    Function { name: &'a str },
}

#[derive(Serialize)]
#[serde(tag = "type", content = "allowed_tools", rename_all = "snake_case")]
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
#[serde(tag = "type", content = "json_schema", rename_all = "snake_case")]
enum ResponseFormat<'a> {
    JsonSchema { name: &'a str, strict: bool, schema: &'a RawValue },
}

impl<'a> ResponseFormat<'a> {
    fn of(output: &'a OutputFormat) -> Option<Self> {
        let OutputFormat::JsonSchema { name, schema } = output else { return None };
        let (strict, schema) = strict::of(schema);
        Some(Self::JsonSchema { name, strict, schema })
    }
}
