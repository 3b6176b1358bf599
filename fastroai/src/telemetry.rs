//! Spans and fields after the OpenTelemetry conventions for generative AI.
//!
//! <https://opentelemetry.io/docs/specs/semconv/gen-ai/>. Numbers are `i64`: exporters write `u64`
//! as text. No field holds content.

use fastroai_providers::services::Face;
use fastroai_providers::{ModelId, Request, Response, Usage};
use tracing::Span;
use tracing::field::Empty;

use crate::agent::{AgentConfig, Labels};
use crate::money::Cost;

/// `model` is `None` where what stands there is the name of none.
pub(crate) fn invoke_agent(config: &AgentConfig, model: Option<&ModelId>, run_id: &str) -> Span {
    tracing::info_span!(
        target: "fastroai",
        "invoke_agent",
        otel.name = format_args!("invoke_agent {}", config.name),
        otel.kind = "internal",
        otel.status_code = Empty,
        gen_ai.operation.name = "invoke_agent",
        gen_ai.provider.name = model.map(|model| provider_name(model.provider())),
        gen_ai.agent.name = config.name.as_str(),
        gen_ai.request.model = model.map(ModelId::name),
        gen_ai.conversation.id = Empty,
        fastroai.run.id = run_id,
        fastroai.metadata = Empty,
        error.r#type = Empty,
    )
}

/// What the call was labelled with: its conversation, and all else as one JSON object, as fields have
/// to be known beforehand.
pub(crate) fn label(span: &Span, labels: &Labels) {
    if let Some(id) = &labels.conversation_id {
        span.record("gen_ai.conversation.id", id.as_str());
    }
    if !labels.metadata.is_empty()
        && let Ok(metadata) = serde_json::to_string(&labels.metadata)
    {
        span.record("fastroai.metadata", metadata.as_str());
    }
}

pub(crate) fn chat(model: &ModelId, request: &Request<'_>, streamed: bool) -> Span {
    let span = tracing::info_span!(
        target: "fastroai",
        "chat",
        otel.name = format_args!("chat {}", model.name()),
        otel.kind = "client",
        otel.status_code = Empty,
        gen_ai.operation.name = "chat",
        gen_ai.provider.name = provider_name(model.provider()),
        gen_ai.conversation.id = Empty,
        gen_ai.request.model = model.name(),
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
        fastroai.attempts = Empty,
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
    span
}

pub(crate) fn replied(span: &Span, reply: &Response) {
    if let Some(id) = &reply.id {
        span.record("gen_ai.response.id", id.as_str());
    }
    if let Some(model) = &reply.model {
        span.record("gen_ai.response.model", model.as_str());
    }
    if let Some(finish) = &reply.finish_reason_raw {
        // Arrays have no place in a tracing field: one reason, as a JSON array.
        span.record("gen_ai.response.finish_reasons", format_args!("[{finish:?}]").to_string());
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

pub(crate) fn execute_tool(name: &str, call_id: &str) -> Span {
    tracing::info_span!(
        target: "fastroai",
        "execute_tool",
        otel.name = format_args!("execute_tool {name}"),
        otel.kind = "internal",
        otel.status_code = Empty,
        gen_ai.operation.name = "execute_tool",
        gen_ai.tool.name = name,
        gen_ai.tool.call.id = call_id,
        gen_ai.tool.r#type = "function",
        fastroai.attempts = Empty,
        error.r#type = Empty,
    )
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

pub(crate) fn failed(span: &Span, kind: &str) {
    span.record("otel.status_code", "ERROR");
    span.record("error.type", kind);
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
