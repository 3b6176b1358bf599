//! Puts a reply together from its parts, whole or as they come.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::finish::Finish;
use super::usage::Counts;
use super::wire::{Candidate, FunctionCall, Part as Incoming, Reply};
use super::{PROVIDER, SIGNATURE};
use crate::message::ToolCall;
use crate::response::{Part, Reasoning, Response};
use crate::stream::Delta;
use crate::usage::Usage;

/// A reply, as far as it has come.
#[derive(Debug, Clone, Default)]
pub(super) struct Assembly {
    parts: Vec<Part>,
    calls: usize,
    /// What was said beside the parts.
    metadata: Map<String, Value>,
    finish: Finish,
    usage: Counts,
    /// Counts have come that nobody has asked for yet.
    counted: bool,
    model: Option<String>,
    id: Option<String>,
}

impl Assembly {
    /// What was counted so far, where that is news.
    pub(super) fn counted(&mut self) -> Option<Usage> {
        std::mem::take(&mut self.counted).then(|| self.usage.usage())
    }

    /// Takes a whole reply, or the next event of one; pushes what is new.
    pub(super) fn take(
        &mut self,
        reply: Reply<'_>,
        out: &mut Vec<Delta>,
    ) -> Result<(), serde_json::Error> {
        self.model = reply.model_version.or(self.model.take());
        self.id = reply.response_id.or(self.id.take());
        if let Some(usage) = reply.usage_metadata {
            self.usage.restate(usage);
            self.counted = true;
        }
        if let Some(feedback) = reply.prompt_feedback {
            self.finish.blocked(feedback.block_reason, feedback.block_reason_message);
        }
        let candidates = reply.candidates.unwrap_or_default();
        let first = candidates.into_iter().find(|it| it.index.unwrap_or(0) == 0);
        if let Some(candidate) = first {
            self.take_candidate(candidate, out)?;
        }
        out.extend(self.finish.new_refusal().map(Delta::Refusal));
        Ok(())
    }

    fn take_candidate(
        &mut self,
        candidate: Candidate<'_>,
        out: &mut Vec<Delta>,
    ) -> Result<(), serde_json::Error> {
        for (name, raw) in candidate.metadata() {
            let value: Value = serde_json::from_str(raw.get())?;
            match (self.metadata.get_mut(name), value) {
                (Some(Value::Object(mine)), Value::Object(theirs)) => grow(mine, theirs),
                (_, value) if says_nothing(&value) => {}
                (_, value) => {
                    self.metadata.insert(name.to_owned(), value);
                }
            }
        }
        self.finish.ended(candidate.finish_reason, candidate.finish_message);
        let parts = candidate.content.and_then(|content| content.parts).unwrap_or_default();
        parts.into_iter().try_for_each(|raw| self.take_part(raw, out))
    }

    fn take_part(&mut self, raw: &RawValue, out: &mut Vec<Delta>) -> Result<(), serde_json::Error> {
        let part: Incoming<'_> = serde_json::from_str(raw.get())?;
        let signature = part.thought_signature;
        let thought = part.thought == Some(true);
        match (part.function_call, part.text) {
            (Some(call), _) => self.take_call(call, signature, out),
            (None, Some(text)) if thought => {
                if !text.is_empty() {
                    out.push(Delta::Reasoning(text.clone()));
                }
                self.take_thought(text, signature);
            }
            (None, Some(text)) => {
                if !text.is_empty() {
                    out.push(Delta::Text(text.clone()));
                }
                self.take_text(text, signature);
            }
            (None, None) => {
                let value: Value = serde_json::from_str(raw.get())?;
                let bare = |field: &str| field == "thought" || field == SIGNATURE;
                if value.as_object().is_some_and(|all| all.keys().all(|field| bare(field))) {
                    // A signature may come after what it signs, in a part of its own.
                    if thought {
                        self.take_thought(String::new(), signature);
                    } else {
                        self.take_text(String::new(), signature);
                    }
                } else {
                    self.parts.push(Part::Provider { provider: PROVIDER.to_owned(), raw: value });
                }
            }
        }
        Ok(())
    }

    fn take_call(
        &mut self,
        call: FunctionCall<'_>,
        signature: Option<String>,
        out: &mut Vec<Delta>,
    ) {
        let name = call.name.unwrap_or_default();
        let arguments = call.args.map_or("{}", RawValue::get).to_owned();
        out.push(Delta::ToolCall { index: self.calls, name: name.clone() });
        out.push(Delta::Arguments { index: self.calls, fragment: arguments.clone() });
        self.calls += 1;
        let mut details = signed(signature);
        // A run may rename a call; the provider wants its own id back.
        details.extend(call.id.clone().map(|id| ("id".to_owned(), id.into())));
        self.parts.push(Part::ToolCall(ToolCall {
            details: (!details.is_empty()).then_some(Value::Object(details)),
            ..ToolCall::new(call.id.unwrap_or_default(), name, arguments)
        }));
    }

    /// Adds text. What is signed stays in a part of its own, as the provider wants it back so.
    fn take_text(&mut self, more: String, signature: Option<String>) {
        if let (Some(Part::Text { text, details: None }), None) =
            (self.parts.last_mut(), &signature)
        {
            text.push_str(&more);
        } else if signature.is_some() || !more.is_empty() {
            let details = signed(signature);
            let details = (!details.is_empty()).then_some(Value::Object(details));
            self.parts.push(Part::Text { text: more, details });
        }
    }

    fn take_thought(&mut self, more: String, signature: Option<String>) {
        if let (Some(Part::Reasoning(Reasoning { text, signature: None, .. })), None) =
            (self.parts.last_mut(), &signature)
        {
            text.push_str(&more);
        } else if signature.is_some() || !more.is_empty() {
            self.parts.push(Part::Reasoning(Reasoning {
                text: more,
                signature,
                ..Reasoning::default()
            }));
        }
    }

    /// Whether the reply has said why it ended.
    pub(super) fn has_ended(&self) -> bool {
        self.finish.has_ended()
    }

    /// The reply of what has come.
    pub(super) fn into_response(mut self) -> Response {
        let explanation = self.finish.explanation().map(str::to_owned);
        self.metadata.extend(explanation.map(|text| ("finishMessage".to_owned(), text.into())));
        attach(self.metadata, &mut self.parts);
        let refusal = self.finish.refusal().map(str::to_owned);
        self.parts.extend(refusal.map(|text| Part::Refusal { text }));
        Response {
            parts: self.parts,
            finish_reason: self.finish.reason(self.calls > 0),
            finish_reason_raw: self.finish.raw().map(str::to_owned),
            stop_sequence: None,
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

fn signed(signature: Option<String>) -> Map<String, Value> {
    signature.map(|signature| (SIGNATURE.to_owned(), signature.into())).into_iter().collect()
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

/// Adds a later report to an earlier one, whose lists it continues or repeats.
fn grow(mine: &mut Map<String, Value>, theirs: Map<String, Value>) {
    for (name, theirs) in theirs {
        match (mine.get_mut(&name), theirs) {
            (Some(Value::Array(mine)), Value::Array(theirs)) if !theirs.starts_with(mine) => {
                mine.extend(theirs);
            }
            (_, theirs) => {
                mine.insert(name, theirs);
            }
        }
    }
}

/// Puts what was said beside the parts to the last text; where there is none, to an empty one.
fn attach(metadata: Map<String, Value>, parts: &mut Vec<Part>) {
    if metadata.is_empty() {
        return;
    }
    let last = parts.iter_mut().rev().find_map(|part| match part {
        Part::Text { details, .. } => Some(details),
        _ => None,
    });
    match last {
        Some(Some(Value::Object(details))) => details.extend(metadata),
        Some(details) => *details = Some(Value::Object(metadata)),
        None => {
            parts.push(Part::Text { text: String::new(), details: Some(Value::Object(metadata)) });
        }
    }
}
