//! `reasoning_details`: reasoning as OpenRouter and others send it and want it back, after
//! <https://openrouter.ai/docs/use-cases/reasoning-tokens>.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::wire::Message;
use crate::response::{Part, Reasoning};

/// The details of one reply, or of one delta.
#[derive(Debug, Clone, Default)]
pub(super) struct Details(Vec<Detail>);

#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
struct Detail {
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
}

impl Details {
    /// Those of a message. What does not parse is left out: no answer is lost to it.
    pub(super) fn of(message: &Message<'_>) -> Self {
        let raw = message.reasoning_details;
        Self(raw.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default())
    }

    /// What they show of the thinking.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .flat_map(|detail| [&detail.text, &detail.summary])
            .flatten()
            .map(String::as_str)
    }

    /// Adds those of the next delta, each joined to the one that it continues.
    pub(super) fn join(&mut self, more: Self) {
        for detail in more.0 {
            match self.0.last_mut() {
                Some(last) if last.index == detail.index && last.kind == detail.kind => {
                    last.join(detail);
                }
                _ => self.0.push(detail),
            }
        }
    }

    /// Marks the reasoning among the parts with what the provider signed or encrypted, and gives
    /// the details in the form in which it wants them back; `None` where nothing is sealed.
    pub(super) fn seal(self, parts: &mut Vec<Part>) -> Option<Value> {
        let signature = self.0.iter().rev().find_map(|detail| detail.signature.clone());
        let redacted = self.0.iter().find_map(|detail| detail.data.clone());
        if signature.is_none() && redacted.is_none() {
            return None;
        }
        let thought = parts.iter_mut().rev().find_map(|part| match part {
            Part::Reasoning(reasoning) => Some(reasoning),
            _ => None,
        });
        if let Some(reasoning) = thought {
            reasoning.signature = signature;
            reasoning.redacted = redacted;
        } else {
            let text = String::new();
            parts.insert(0, Part::Reasoning(Reasoning { text, signature, redacted }));
        }
        Some(json!({ "reasoning_details": self.0 }))
    }
}

impl Detail {
    fn join(&mut self, next: Self) {
        for (kept, more) in [
            (&mut self.text, next.text),
            (&mut self.summary, next.summary),
            (&mut self.data, next.data),
            (&mut self.signature, next.signature),
        ] {
            if let Some(more) = more {
                kept.get_or_insert_default().push_str(&more);
            }
        }
        self.id = self.id.take().or(next.id);
        self.format = self.format.take().or(next.format);
    }
}
