//! What of a conversation goes back to a model.

use std::borrow::Cow;

use fastroai_providers::{FinishReason, Message, Part, Response};

/// The conversation without the replies in which the model said nothing: providers refuse them, or
/// take them for a turn to be kept to.
pub(super) fn said(messages: &[Message]) -> Cow<'_, [Message]> {
    let says_something = |message: &&Message| match message {
        Message::Assistant(reply) => !is_empty(reply),
        _ => true,
    };
    if messages.iter().all(|message| says_something(&message)) {
        return Cow::Borrowed(messages);
    }
    Cow::Owned(messages.iter().filter(says_something).cloned().collect())
}

/// Whether nothing is in it but thoughts; a reply that only paused goes on from these.
fn is_empty(reply: &Response) -> bool {
    reply.finish_reason != FinishReason::Paused
        && reply.parts.iter().all(|part| match part {
            Part::Text { text, .. } => text.trim().is_empty(),
            Part::Reasoning(_) => true,
            _ => false,
        })
}
