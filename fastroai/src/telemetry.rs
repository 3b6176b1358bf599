//! Spans and fields after the OpenTelemetry conventions for generative AI.
//!
//! <https://opentelemetry.io/docs/specs/semconv/gen-ai/>. Numbers are `i64`: exporters write `u64`
//! as text. Every text passes the [`Emitter`]; content is there only where an agent asks for it.

mod content;
pub(crate) mod events;

use std::fmt::Display;

use fastroai_providers::services::Face;
use fastroai_providers::{Message, ModelError, ModelId, Request, Response, ToolCall, Usage};
use tracing::Span;
use tracing::field::Empty;

use crate::agent::{AgentConfig, Labels};
use crate::emitted::{Emitted, Emitter};
use crate::error::{ErrorKind, model_word};
use crate::history::HistoryFault;
use crate::money::Cost;
use crate::runtime::Runtime;

/// How a run may be written down: by this emitter, and whether with what was said in it.
#[derive(Clone, Copy)]
pub(crate) struct Showing<'e> {
    pub(crate) emitter: &'e Emitter,
    pub(crate) content: bool,
}

impl Showing<'_> {
    /// Whether anyone would see content that is put on this span.
    pub(crate) fn shows_on(self, span: &Span) -> bool {
        self.content && !span.is_disabled()
    }
}

/// What was said about what may be written down of a run, by those around it and by itself.
#[derive(Clone, Copy, Default)]
pub(crate) struct Hush {
    /// Someone has said that no content is to be written down.
    pub(crate) dark: bool,
    /// Someone has what is written down redacted.
    pub(crate) redacts: bool,
}

impl Hush {
    /// The same for what runs on this runtime inside.
    pub(crate) fn within(self, runtime: &Runtime) -> Self {
        Self {
            dark: self.dark || runtime.captures_content() == Some(false),
            redacts: self.redacts || !runtime.emitter().is_open(),
        }
    }
}

/// The one way for a text onto a span.
fn put(span: &Span, field: &str, text: &Emitted<'_>) {
    span.record(field, text.shown());
}

/// `model` is `None` where what stands there is the name of none.
pub(crate) fn invoke_agent(
    emitter: &Emitter,
    config: &AgentConfig,
    model: Option<&ModelId>,
    run_id: &str,
) -> Span {
    tracing::info_span!(
        target: "fastroai",
        "invoke_agent",
        otel.name = format_args!("invoke_agent {}", emitter.name(&config.name)),
        otel.kind = "internal",
        otel.status_code = Empty,
        gen_ai.operation.name = "invoke_agent",
        gen_ai.provider.name = shown(provider(emitter, model).as_ref()),
        gen_ai.agent.name = emitter.name(&config.name).shown(),
        gen_ai.request.model = shown(model.map(|model| emitter.name(model.name())).as_ref()),
        gen_ai.conversation.id = Empty,
        gen_ai.system_instructions = Empty,
        gen_ai.input.messages = Empty,
        gen_ai.output.messages = Empty,
        gen_ai.tool.definitions = Empty,
        fastroai.run.id = emitter.id(run_id).shown(),
        fastroai.metadata = Empty,
        fastroai.error.detail = Empty,
        error.r#type = Empty,
    )
}

/// What the call was labelled with: its conversation, and all else as one JSON object, as fields have
/// to be known beforehand.
pub(crate) fn label(emitter: &Emitter, span: &Span, labels: &Labels) {
    if span.is_disabled() {
        return;
    }
    conversation(emitter, span, labels);
    if !labels.metadata.is_empty() {
        put(span, "fastroai.metadata", &emitter.object(&labels.metadata));
    }
}

pub(crate) fn conversation(emitter: &Emitter, span: &Span, labels: &Labels) {
    if let Some(id) = labels.conversation_id.as_ref().filter(|_| !span.is_disabled()) {
        put(span, "gen_ai.conversation.id", &emitter.id(id));
    }
}

pub(crate) fn chat(
    showing: Showing<'_>,
    model: &ModelId,
    request: &Request<'_>,
    streamed: bool,
) -> Span {
    let emitter = showing.emitter;
    let span = tracing::info_span!(
        target: "fastroai",
        "chat",
        otel.name = format_args!("chat {}", emitter.name(model.name())),
        otel.kind = "client",
        otel.status_code = Empty,
        gen_ai.operation.name = "chat",
        gen_ai.provider.name = shown(provider(emitter, Some(model)).as_ref()),
        gen_ai.conversation.id = Empty,
        gen_ai.request.model = emitter.name(model.name()).shown(),
        gen_ai.request.stream = streamed,
        gen_ai.request.max_tokens = Empty,
        gen_ai.request.temperature = Empty,
        gen_ai.request.top_p = Empty,
        gen_ai.response.id = Empty,
        gen_ai.response.model = Empty,
        gen_ai.response.finish_reasons = Empty,
        gen_ai.usage.input_tokens = Empty,
        gen_ai.usage.output_tokens = Empty,
        gen_ai.usage.cache_read.input_tokens = Empty,
        gen_ai.usage.cache_creation.input_tokens = Empty,
        gen_ai.usage.reasoning.output_tokens = Empty,
        gen_ai.usage.cost = Empty,
        operation.cost = Empty,
        gen_ai.system_instructions = Empty,
        gen_ai.input.messages = Empty,
        gen_ai.output.messages = Empty,
        gen_ai.tool.definitions = Empty,
        fastroai.attempts = Empty,
        fastroai.error.detail = Empty,
        error.r#type = Empty,
    );
    let settings = request.settings;
    if let Some(max_tokens) = settings.max_tokens {
        span.record("gen_ai.request.max_tokens", i64::from(max_tokens));
    }
    if let Some(temperature) = settings.temperature {
        span.record("gen_ai.request.temperature", temperature);
    }
    if let Some(top_p) = settings.top_p {
        span.record("gen_ai.request.top_p", top_p);
    }
    if showing.shows_on(&span) {
        told(showing, &span, request.instructions, request.messages);
        if !request.tools.is_empty() {
            let tools = request.tools.iter().map(|tool| &**tool);
            put(&span, "gen_ai.tool.definitions", &content::tools(emitter, tools));
        }
    }
    span
}

/// What a model or an agent is told, where it may be shown.
pub(crate) fn told(
    showing: Showing<'_>,
    span: &Span,
    instructions: Option<&str>,
    messages: &[Message],
) {
    if !showing.shows_on(span) {
        return;
    }
    let emitter = showing.emitter;
    if let Some(instructions) = instructions.filter(|text| !text.is_empty()) {
        put(span, "gen_ai.system_instructions", &content::instructions(emitter, instructions));
    }
    put(span, "gen_ai.input.messages", &content::messages(emitter, messages));
}

pub(crate) fn replied(showing: Showing<'_>, span: &Span, reply: &Response) {
    if span.is_disabled() {
        return;
    }
    let emitter = showing.emitter;
    if let Some(id) = &reply.id {
        put(span, "gen_ai.response.id", &emitter.id(id));
    }
    if let Some(model) = &reply.model {
        put(span, "gen_ai.response.model", &emitter.name(model));
    }
    if let Some(finish) = &reply.finish_reason_raw {
        // Arrays have no place in a tracing field: one reason, as a JSON array.
        put(span, "gen_ai.response.finish_reasons", &content::words(emitter, &[finish]));
    }
    said(showing, span, reply);
}

/// What a model said, or what had come of it, where it may be shown.
pub(crate) fn said(showing: Showing<'_>, span: &Span, reply: &Response) {
    if showing.shows_on(span) {
        put(span, "gen_ai.output.messages", &content::reply(showing.emitter, reply));
    }
}

/// What an agent answered, where it may be shown.
pub(crate) fn answered(showing: Showing<'_>, span: &Span, text: &str) {
    if showing.shows_on(span) {
        put(span, "gen_ai.output.messages", &content::answer(showing.emitter, text));
    }
}

/// What all attempts at one reply took together, as far as it was told, so that the spans of a
/// trace add up to the bill. It goes on the span when it is dropped, whatever ends the attempts.
pub(crate) struct Spent {
    span: Span,
    usage: Usage,
    cost: Option<Cost>,
}

impl Spent {
    pub(crate) fn new(span: &Span) -> Self {
        Self { span: span.clone(), usage: Usage::default(), cost: None }
    }

    pub(crate) fn add(&mut self, usage: &Usage, cost: Option<Cost>) {
        self.usage.add(usage);
        self.cost = match (self.cost, cost) {
            (Some(spent), Some(cost)) => Some(spent.checked_add(cost).unwrap_or(Cost::MAX)),
            (spent, cost) => spent.or(cost),
        };
    }
}

impl Drop for Spent {
    fn drop(&mut self) {
        let Self { span, usage, cost } = self;
        let counts = [
            ("gen_ai.usage.input_tokens", usage.input_tokens),
            ("gen_ai.usage.output_tokens", usage.output_tokens),
            ("gen_ai.usage.cache_read.input_tokens", usage.cache_read_tokens),
            ("gen_ai.usage.cache_creation.input_tokens", usage.cache_write_tokens),
            ("gen_ai.usage.reasoning.output_tokens", usage.reasoning_tokens),
        ];
        for (field, count) in counts {
            if let Some(count) = count {
                span.record(field, i64::try_from(count).unwrap_or(i64::MAX));
            }
        }
        if let Some(cost) = cost {
            span.record("operation.cost", cost.dollars());
            span.record("gen_ai.usage.cost", cost.dollars());
        }
    }
}

pub(crate) fn execute_tool(showing: Showing<'_>, call: &ToolCall) -> Span {
    let emitter = showing.emitter;
    let span = tracing::info_span!(
        target: "fastroai",
        "execute_tool",
        otel.name = format_args!("execute_tool {}", emitter.name(&call.name)),
        otel.kind = "internal",
        otel.status_code = Empty,
        gen_ai.operation.name = "execute_tool",
        gen_ai.tool.name = emitter.name(&call.name).shown(),
        gen_ai.tool.call.id = emitter.id(&call.id).shown(),
        gen_ai.tool.r#type = "function",
        gen_ai.tool.call.arguments = Empty,
        gen_ai.tool.call.result = Empty,
        fastroai.attempts = Empty,
        fastroai.error.detail = Empty,
        error.r#type = Empty,
    );
    if showing.shows_on(&span) {
        put(&span, "gen_ai.tool.call.arguments", &content::json(emitter, &call.arguments));
    }
    span
}

/// What a tool gave, as the model reads it, where it may be shown.
pub(crate) fn gave(showing: Showing<'_>, span: &Span, result: &str) {
    if showing.shows_on(span) {
        put(span, "gen_ai.tool.call.result", &content::json(showing.emitter, result));
    }
}

/// A span whose work is not done yet. Dropped with it, as by a cancellation, the span says so.
pub(crate) struct Unended(Option<Span>);

impl Unended {
    pub(crate) fn new(span: &Span) -> Self {
        Self(Some(span.clone()))
    }

    pub(crate) fn end(mut self) {
        self.0 = None;
    }
}

impl Drop for Unended {
    fn drop(&mut self) {
        if let Some(span) = &self.0 {
            failed(span, "cancelled");
        }
    }
}

/// How often it was tried so far.
pub(crate) fn attempted(span: &Span, times: u32) {
    span.record("fastroai.attempts", i64::from(times));
}

pub(crate) fn failed(span: &Span, kind: &'static str) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", kind);
}

/// A tool failed for good, and what its error says, where that may be shown.
pub(crate) fn tool_failed(
    showing: Showing<'_>,
    span: &Span,
    kind: &'static str,
    text: Option<&dyn Display>,
) {
    failed(span, kind);
    detail(showing, span, || text.map(ToString::to_string));
}

/// Why a run failed.
pub(crate) fn run_failed(showing: Showing<'_>, span: &Span, kind: &ErrorKind) {
    // A run that waits has not failed.
    if matches!(kind, ErrorKind::Paused(_)) {
        return;
    }
    failed(span, kind.word());
    detail(showing, span, || match kind {
        ErrorKind::OutputInvalid { reason, .. } => Some(reason.as_str().to_owned()),
        ErrorKind::OutputFailed(error) => error.cause().map(ToString::to_string),
        ErrorKind::Denied { denied, .. } => Some(denied.reason().to_owned()),
        ErrorKind::GuardFailed { cause: Some(error), .. } => Some(error.cause().to_string()),
        ErrorKind::History(HistoryFault::Failed(error)) => Some(error.to_string()),
        _ => None,
    });
}

/// Why a model gave no reply: the provider's own code for it, where it has one.
pub(crate) fn model_failed(showing: Showing<'_>, span: &Span, error: &ModelError) {
    if span.is_disabled() {
        return;
    }
    span.record("otel.status_code", "ERROR");
    put(span, "error.type", &showing.emitter.name(error_word(error)));
    detail(showing, span, || error.detail().map(str::to_owned));
}

/// What someone else said of a failure, where it may be shown.
fn detail(showing: Showing<'_>, span: &Span, text: impl FnOnce() -> Option<String>) {
    if showing.shows_on(span)
        && let Some(text) = text()
    {
        put(span, "fastroai.error.detail", &showing.emitter.text(&text));
    }
}

/// The provider's word for a failure, or ours.
pub(crate) fn error_word(error: &ModelError) -> &str {
    error.code().unwrap_or_else(|| model_word(error))
}

fn shown<'t>(text: Option<&'t Emitted<'_>>) -> Option<&'t str> {
    text.map(Emitted::shown)
}

fn provider<'t>(emitter: &Emitter, model: Option<&'t ModelId>) -> Option<Emitted<'t>> {
    model.map(|model| emitter.name(provider_name(model.provider())))
}

/// The convention's name of a provider, where it differs from ours.
fn provider_name(provider: &str) -> &str {
    match Face::service_of(provider) {
        "google" => "gcp.gemini",
        "bedrock" => "aws.bedrock",
        "azure" => "azure.ai.openai",
        "mistral" => "mistral_ai",
        "xai" => "x_ai",
        "moonshot" => "moonshot_ai",
        "chatgpt" => "openai",
        service => service,
    }
}
