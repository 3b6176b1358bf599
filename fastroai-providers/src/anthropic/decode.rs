//! Reads a whole reply, and keeps what whole and streamed replies have in common.

use serde_json::error::Category;
use serde_json::value::RawValue;

use super::block::Block;
use super::error;
use super::fields::Fields;
use super::usage::Counts;
use crate::error::{ModelError, ProtocolFault};
use crate::response::{FinishReason, Part, Response};

/// Reads the body of a successful reply.
pub(super) fn reply(provider: &str, body: &[u8]) -> Result<Response, ModelError> {
    let text = std::str::from_utf8(body)
        .map_err(|_| ModelError::protocol(ProtocolFault::BadUtf8, "the reply is not UTF-8"))?;
    let fields = Fields::parse(text).map_err(|error| no_object(text, &error))?;
    if fields.text("type").as_deref() == Some("error") || fields.json("error").is_some() {
        return Err(error::of_reply(&fields));
    }
    if !fields.has("content") {
        return Err(ModelError::protocol(ProtocolFault::BadShape, "the reply has no content"));
    }
    let blocks: Vec<&RawValue> = match fields.json("content") {
        Some(json) => serde_json::from_str(json).map_err(|error| {
            unread(ProtocolFault::BadShape, "the content is no list of blocks", &error)
        })?,
        None => Vec::new(),
    };
    let blocks: Vec<Block> = blocks
        .into_iter()
        .map(|block| Block::parse(block.get()))
        .collect::<Result<_, _>>()
        .map_err(|error| {
            unread(ProtocolFault::BadShape, "a block of the content is no object", &error)
        })?;
    let mut head = Head::default();
    head.begin(&fields);
    head.end(&fields);
    if let Some(usage) = fields.json("usage") {
        head.usage.merge(usage);
    }
    Ok(head.response(provider, blocks, false))
}

/// Reads the answer to the question how many tokens a request takes in.
pub(super) fn count(body: &[u8]) -> Result<u64, ModelError> {
    let bad =
        || ModelError::protocol(ProtocolFault::BadShape, "the answer does not say how many tokens");
    let text = std::str::from_utf8(body).map_err(|_| bad())?;
    let fields = Fields::parse(text).map_err(|error| no_object(text, &error))?;
    if fields.json("error").is_some() {
        return Err(error::of_reply(&fields));
    }
    fields.number("input_tokens").ok_or_else(bad)
}

/// A fault of what came back. Only the place is told: the parser's words may repeat the text.
pub(super) fn unread(fault: ProtocolFault, message: &str, error: &serde_json::Error) -> ModelError {
    let (line, column) = (error.line(), error.column());
    ModelError::protocol(fault, format!("{message} (line {line}, column {column})"))
}

fn no_object(text: &str, error: &serde_json::Error) -> ModelError {
    // Bare words and numbers count as JSON, but a page of a proxy may begin with one.
    let bare = !text.trim_start().is_empty() && !text.trim_start().starts_with(['{', '[', '"']);
    match error.classify() {
        Category::Eof if !bare => {
            unread(ProtocolFault::Truncated, "the reply ended before its JSON did", error)
        }
        Category::Data if !bare => {
            unread(ProtocolFault::BadShape, "the reply is no JSON object", error)
        }
        _ => unread(ProtocolFault::NotJson, "the reply is not JSON", error),
    }
}

/// What a reply says beside its blocks.
#[derive(Debug, Clone, Default)]
pub(super) struct Head {
    id: Option<String>,
    model: Option<String>,
    stop_reason: Option<String>,
    stop_sequence: Option<String>,
    refusal: Option<String>,
    pub(super) usage: Counts,
}

impl Head {
    /// Takes what is known when a reply begins.
    pub(super) fn begin(&mut self, message: &Fields<'_>) {
        self.id = message.text("id").or(self.id.take());
        self.model = message.text("model").or(self.model.take());
    }

    /// Takes what is known when a reply ends.
    pub(super) fn end(&mut self, fields: &Fields<'_>) {
        let reason = fields.text("stop_reason").filter(|reason| !reason.is_empty());
        self.stop_reason = reason.or(self.stop_reason.take());
        self.stop_sequence = fields.text("stop_sequence").or(self.stop_sequence.take());
        let details = fields.object("stop_details");
        let refusal = details.and_then(|details| details.text("explanation"));
        self.refusal = refusal.filter(|text| !text.is_empty()).or(self.refusal.take());
    }

    /// Whether the reply has said why it ended.
    pub(super) fn has_ended(&self) -> bool {
        self.stop_reason.is_some()
    }

    /// Whether the reply was cut off by a limit, in the middle of its last block.
    pub(super) fn is_cut(&self) -> bool {
        self.finish_reason() == FinishReason::Length
    }

    /// Why the model would not answer, where it says so.
    pub(super) fn refusal(&self) -> Option<&str> {
        self.refusal.as_deref().filter(|_| self.finish_reason() == FinishReason::Refusal)
    }

    fn finish_reason(&self) -> FinishReason {
        match self.stop_reason.as_deref() {
            None => FinishReason::Unknown,
            Some("end_turn" | "stop_sequence") => FinishReason::Stop,
            Some("max_tokens" | "model_context_window_exceeded") => FinishReason::Length,
            Some("tool_use") => FinishReason::ToolCalls,
            Some("pause_turn") => FinishReason::Paused,
            Some("refusal") => FinishReason::Refusal,
            Some(other) => FinishReason::Other(other.to_owned()),
        }
    }

    /// The reply of these blocks; one that was `cut` may lack the arguments of its last call.
    pub(super) fn response(self, provider: &str, blocks: Vec<Block>, cut: bool) -> Response {
        let finish_reason = self.finish_reason();
        let refusal = self.refusal().map(str::to_owned);
        let last = blocks.len().saturating_sub(1);
        let parts = blocks.into_iter().enumerate();
        let mut parts: Vec<Part> =
            parts.map(|(place, block)| block.into_part(provider, cut && place == last)).collect();
        parts.extend(refusal.map(|text| Part::Refusal { text }));
        Response {
            parts,
            finish_reason,
            finish_reason_raw: self.stop_reason,
            stop_sequence: self.stop_sequence,
            usage: self.usage.usage(),
            // Who answered is known to who asked: gateways speak this wire too.
            provider: None,
            model: self.model,
            service_tier: self.usage.service_tier(),
            id: self.id,
            stored: false,
            interrupted: false,
        }
    }
}
