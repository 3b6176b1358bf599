//! Why a reply ended.
//!
//! Reasons: <https://ai.google.dev/api/generate-content#FinishReason> and, for prompts,
//! <https://ai.google.dev/api/generate-content#BlockReason>; Vertex AI adds `MODEL_ARMOR`.

use crate::response::FinishReason;

/// What is known of the end of a reply.
#[derive(Debug, Clone, Default)]
pub(super) struct Finish {
    reason: Option<String>,
    message: Option<String>,
    /// The prompt was stopped, and there is no reply.
    block: Option<String>,
    refusal: Option<String>,
}

impl Finish {
    /// Takes how a candidate ended; a stream may end more than once, and the last time holds.
    pub(super) fn ended(&mut self, reason: Option<String>, message: Option<String>) {
        if reason.is_some() {
            self.reason = reason;
            self.message = message;
        }
    }

    /// Takes why a prompt was stopped.
    pub(super) fn blocked(&mut self, reason: Option<String>, message: Option<String>) {
        self.block = reason.or(self.block.take());
        self.message = message.or(self.message.take());
    }

    /// What the filter said, once: the first time that it is asked for.
    pub(super) fn new_refusal(&mut self) -> Option<String> {
        if self.refusal.is_some() || self.reason(false) != FinishReason::ContentFilter {
            return None;
        }
        self.refusal = self.message.take().filter(|message| !message.is_empty());
        self.refusal.clone()
    }

    /// What the filter said.
    pub(super) fn refusal(&self) -> Option<&str> {
        self.refusal.as_deref()
    }

    /// Whether the reply has said why it ended.
    pub(super) fn has_ended(&self) -> bool {
        self.raw().is_some()
    }

    /// The provider's word.
    pub(super) fn raw(&self) -> Option<&str> {
        self.reason.as_deref().or(self.block.as_deref())
    }

    /// The provider's explanation, where the reply ended in an unusual way.
    pub(super) fn explanation(&self) -> Option<&str> {
        let unusual = matches!(self.reason(false), FinishReason::Other(_));
        self.message.as_deref().filter(|_| unusual)
    }

    /// The reason in our words. Google has none of its own for a reply that calls tools.
    pub(super) fn reason(&self, calls: bool) -> FinishReason {
        let Some(reason) = self.reason.as_deref() else {
            return match self.block {
                Some(_) => FinishReason::ContentFilter,
                None => FinishReason::Unknown,
            };
        };
        match reason {
            "FINISH_REASON_UNSPECIFIED" => FinishReason::Unknown,
            "STOP" if calls => FinishReason::ToolCalls,
            "STOP" => FinishReason::Stop,
            "MAX_TOKENS" => FinishReason::Length,
            "SAFETY"
            | "RECITATION"
            | "BLOCKLIST"
            | "PROHIBITED_CONTENT"
            | "SPII"
            | "MODEL_ARMOR"
            | "IMAGE_SAFETY"
            | "IMAGE_PROHIBITED_CONTENT"
            | "IMAGE_RECITATION" => FinishReason::ContentFilter,
            other => FinishReason::Other(other.to_owned()),
        }
    }
}
