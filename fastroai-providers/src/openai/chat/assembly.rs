//! A reply, put together from its messages: one of a whole reply, or the many deltas of a stream.

use std::borrow::Cow;

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::calls::Calls;
use super::details::Details;
use super::usage;
use super::wire::{Choice, Content, ContentPart, Function, Message, Reply, Text};
use super::wire::{Loose, ToolCall};
use crate::response::{FinishReason, Part, Reasoning, Response};
use crate::stream::Delta;
use crate::usage::Usage;

/// A reply in the making.
#[derive(Debug, Clone)]
pub(super) struct Assembly {
    provider: Cow<'static, str>,
    id: String,
    model: String,
    service_tier: String,
    parts: Vec<Part>,
    calls: Calls,
    finish: Option<String>,
    usage: Usage,
    /// Counts have come that nobody has asked for yet.
    counted: bool,
    details: Details,
    beside: Map<String, Value>,
}

impl Assembly {
    pub(super) fn new(provider: Cow<'static, str>) -> Self {
        Self {
            provider,
            id: String::new(),
            model: String::new(),
            service_tier: String::new(),
            parts: Vec::new(),
            calls: Calls::default(),
            finish: None,
            usage: Usage::default(),
            counted: false,
            details: Details::default(),
            beside: Map::new(),
        }
    }

    /// What was counted so far, where that is news.
    pub(super) fn counted(&mut self) -> Option<Usage> {
        std::mem::take(&mut self.counted).then(|| {
            let mut usage = self.usage.clone();
            usage::settle(&self.provider, &mut usage);
            usage
        })
    }

    /// Whether the provider has said why it stopped.
    pub(super) fn is_finished(&self) -> bool {
        self.finish.as_ref().is_some_and(|word| !word.is_empty())
    }

    /// Takes what stands around the choices.
    pub(super) fn take_frame(&mut self, reply: &Reply<'_>) {
        fill(&mut self.id, &reply.id);
        fill(&mut self.model, &reply.model);
        if !reply.service_tier.0.is_empty() {
            // A stream may begin with the tier asked for and end with the one used.
            self.service_tier = reply.service_tier.0.to_string();
        }
        let groq = reply.x_groq.as_ref().and_then(|groq| groq.usage);
        for raw in reply.usage.into_iter().chain(groq) {
            usage::read(raw, &mut self.usage);
            self.counted = true;
        }
        // Perplexity repeats its sources in every chunk: the last list holds.
        for (name, raw) in
            [("citations", reply.citations), ("search_results", reply.search_results)]
        {
            if let Some(value) = raw.and_then(meaningful) {
                self.beside.insert(name.to_owned(), value);
            }
        }
    }

    /// Takes the choice of a whole reply.
    pub(super) fn take_whole(&mut self, mut choice: Choice<'_>) {
        self.take_ending(&choice);
        let message = choice.message.take().or_else(|| choice.delta.take()).unwrap_or_default();
        let calls = self.take_message(message, &mut Vec::new());
        for call in &calls {
            self.calls.push(call);
        }
    }

    /// Takes the choice of a chunk, and tells what is new.
    pub(super) fn take_chunk(&mut self, mut choice: Choice<'_>, out: &mut Vec<Delta>) {
        self.take_ending(&choice);
        // Perplexity sends the text so far as a `message` beside each delta. A message alone is the
        // answer of a service that does not really stream.
        let message = match choice.delta.take() {
            Some(delta) => Some(delta),
            None if self.parts.is_empty() && self.calls.is_empty() => choice.message.take(),
            None => None,
        };
        if let Some(message) = message {
            let calls = self.take_message(message, out);
            for call in &calls {
                self.calls.take(call, out);
            }
        }
        if !self.calls.is_empty() {
            self.calls.place(self.is_finished(), out);
        }
    }

    /// Announces the calls that still wait, because the stream has ended.
    pub(super) fn settle(&mut self, out: &mut Vec<Delta>) {
        self.calls.place(true, out);
    }

    fn take_ending(&mut self, choice: &Choice<'_>) {
        if let Some(Loose(word)) = &choice.finish_reason
            && !self.is_finished()
        {
            self.finish = Some(word.clone().into_owned());
        }
        if let Some(Value::Object(logprobs)) = choice.logprobs.and_then(meaningful) {
            let kept = self.beside.entry("logprobs").or_insert_with(|| Map::new().into());
            for (name, value) in logprobs {
                extend(kept, &name, value);
            }
        }
    }

    /// Takes a message but for its calls, which it gives back.
    fn take_message<'a>(
        &mut self,
        message: Message<'a>,
        out: &mut Vec<Delta>,
    ) -> Vec<ToolCall<'a>> {
        self.take_reasoning(&message, out);
        for tool in message.executed_tools.into_iter().flatten().filter_map(meaningful) {
            self.provider_part(tool);
        }
        match message.content {
            Some(Content::Text(text)) => self.text(text, out),
            Some(Content::Parts(parts)) => {
                for part in parts {
                    self.take_part(part, out);
                }
            }
            None => {}
        }
        if let Some(Text(refusal)) = message.refusal {
            self.refusal(refusal, out);
        }
        if let Some(Value::Array(notes)) = message.annotations.and_then(meaningful) {
            let kept = self.beside.entry("annotations").or_insert_with(|| Value::Array(Vec::new()));
            if let Value::Array(kept) = kept {
                kept.extend(notes);
            }
        }
        for (name, raw) in [
            ("audio", message.audio),
            ("images", message.images),
            ("extra_content", message.extra_content),
        ] {
            if let Some(value) = raw.and_then(meaningful) {
                self.provider_part(Map::from_iter([(name.to_owned(), value)]).into());
            }
        }
        let mut calls = message.tool_calls.unwrap_or_default();
        if let Some(function) = message.function_call.filter(is_real) {
            let function = Some(function);
            calls.push(ToolCall {
                index: Some(0),
                id: None,
                function,
                custom: None,
                extra_content: None,
            });
        }
        calls
    }

    /// Services show one thought under several names at once; only one of them is taken.
    fn take_reasoning(&mut self, message: &Message<'_>, out: &mut Vec<Delta>) {
        let details = Details::of(message);
        let shown = [&message.reasoning_content, &message.reasoning]
            .into_iter()
            .flatten()
            .find(|text| !text.0.is_empty());
        if let Some(Text(text)) = shown {
            self.reasoning(text, out);
        } else {
            for text in details.texts() {
                self.reasoning(text, out);
            }
        }
        self.details.join(details);
    }

    fn take_part(&mut self, raw: &RawValue, out: &mut Vec<Delta>) {
        if let Ok(Text(text)) = serde_json::from_str(raw.get()) {
            return self.text(text, out);
        }
        let part: ContentPart<'_> = serde_json::from_str(raw.get()).unwrap_or_default();
        let kind = part.kind.0.clone();
        match (&*kind, part) {
            ("text" | "output_text", ContentPart { text: Some(Text(text)), .. }) => {
                self.text(text, out);
            }
            ("refusal", ContentPart { refusal: Some(Text(text)), .. }) => self.refusal(text, out),
            ("thinking", ContentPart { thinking: Some(thinking), signature, .. }) => {
                self.thinking(thinking, out);
                if let Some(Text(signature)) = signature.filter(|text| !text.0.is_empty()) {
                    let signature = Some(signature.into_owned());
                    self.change_reasoning(|reasoning| reasoning.signature = signature);
                }
            }
            _ => {
                if let Some(value) = meaningful(raw) {
                    self.provider_part(value);
                }
            }
        }
    }

    fn thinking(&mut self, thinking: Content<'_>, out: &mut Vec<Delta>) {
        match thinking {
            Content::Text(text) => self.reasoning(&text, out),
            Content::Parts(parts) => {
                for raw in parts {
                    let part: ContentPart<'_> = serde_json::from_str(raw.get()).unwrap_or_default();
                    if let Some(Text(text)) = part.text {
                        self.reasoning(&text, out);
                    } else if let Some(value) = meaningful(raw) {
                        self.provider_part(value);
                    }
                }
            }
        }
    }

    fn text(&mut self, text: Cow<'_, str>, out: &mut Vec<Delta>) {
        if text.is_empty() {
            return;
        }
        if let Some(Part::Text { text: last, .. }) = self.parts.last_mut() {
            last.push_str(&text);
        } else {
            self.parts.push(Part::text(&*text));
        }
        out.push(Delta::Text(text.into_owned()));
    }

    fn refusal(&mut self, text: Cow<'_, str>, out: &mut Vec<Delta>) {
        if text.is_empty() {
            return;
        }
        if let Some(Part::Refusal { text: last }) = self.parts.last_mut() {
            last.push_str(&text);
        } else {
            self.parts.push(Part::Refusal { text: text.clone().into_owned() });
        }
        out.push(Delta::Refusal(text.into_owned()));
    }

    fn reasoning(&mut self, text: &str, out: &mut Vec<Delta>) {
        if !text.is_empty() {
            self.change_reasoning(|reasoning| reasoning.text.push_str(text));
            out.push(Delta::Reasoning(text.to_owned()));
        }
    }

    /// Changes the reasoning that the reply is in the midst of, or begins one.
    fn change_reasoning(&mut self, change: impl FnOnce(&mut Reasoning)) {
        if let Some(Part::Reasoning(reasoning)) = self.parts.last_mut() {
            return change(reasoning);
        }
        let mut reasoning = Reasoning::default();
        change(&mut reasoning);
        self.parts.push(Part::Reasoning(reasoning));
    }

    fn provider_part(&mut self, raw: Value) {
        self.parts.push(Part::Provider { provider: self.provider.clone().into_owned(), raw });
    }

    /// The reply as it stands.
    pub(super) fn into_response(mut self) -> Response {
        if let Some(raw) = std::mem::take(&mut self.details).seal(&mut self.parts) {
            self.provider_part(raw);
        }
        if !self.beside.is_empty()
            && let Some(Part::Text { details, .. }) =
                self.parts.iter_mut().rev().find(|part| matches!(part, Part::Text { .. }))
        {
            *details = Some(Value::Object(self.beside));
        }
        let refused = self.parts.iter().any(|part| matches!(part, Part::Refusal { .. }));
        let finish_reason = finish_reason(self.finish.as_deref(), refused, !self.calls.is_empty());
        self.parts.extend(self.calls.into_calls().map(Part::ToolCall));
        usage::settle(&self.provider, &mut self.usage);
        Response {
            parts: self.parts,
            finish_reason,
            finish_reason_raw: self.finish,
            usage: self.usage,
            model: (!self.model.is_empty()).then_some(self.model),
            service_tier: (!self.service_tier.is_empty()).then_some(self.service_tier),
            id: (!self.id.is_empty()).then_some(self.id),
            ..Response::default()
        }
    }
}

/// The neutral reason for an ending. Some services say `stop` beside calls and refusals.
fn finish_reason(word: Option<&str>, refused: bool, calls: bool) -> FinishReason {
    match word.unwrap_or_default().to_ascii_lowercase().as_str() {
        "" => FinishReason::Unknown,
        "stop" if refused => FinishReason::Refusal,
        "stop" if calls => FinishReason::ToolCalls,
        "stop" => FinishReason::Stop,
        "length" | "model_length" | "max_tokens" => FinishReason::Length,
        "tool_calls" | "function_call" => FinishReason::ToolCalls,
        "content_filter" | "sensitive" => FinishReason::ContentFilter,
        "refusal" => FinishReason::Refusal,
        _ => FinishReason::Other(word.unwrap_or_default().to_owned()),
    }
}

/// The value, unless it says nothing: `null`, something empty, or something of such things only.
fn meaningful(raw: &RawValue) -> Option<Value> {
    let value: Value = serde_json::from_str(raw.get()).ok()?;
    says_something(&value).then_some(value)
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(said) => *said,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => values.iter().any(says_something),
        Value::Object(fields) => fields.values().any(says_something),
    }
}

/// Appends to a list of an object, or sets what is no list.
fn extend(object: &mut Value, name: &str, value: Value) {
    let Value::Object(object) = object else { return };
    match (object.get_mut(name), value) {
        (_, Value::Null) => {}
        (Some(Value::Array(kept)), Value::Array(more)) => kept.extend(more),
        (_, value) => {
            object.insert(name.to_owned(), value);
        }
    }
}

fn fill(slot: &mut String, text: &Loose<'_>) {
    if slot.is_empty() {
        text.0.as_ref().clone_into(slot);
    }
}

/// Snowflake sends an empty `function_call` beside each message.
fn is_real(function: &Function<'_>) -> bool {
    function.name.as_ref().is_some_and(|name| !name.0.is_empty())
        || function.arguments.as_ref().is_some_and(|arguments| !arguments.0.is_empty())
}
