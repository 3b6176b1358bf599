//! Conversations mended so that every provider takes them.

use fastroai_providers::{Message, Response, ToolOutcome, ToolResult};

use super::ids::Ids;

/// What the model reads in place of a result that never came.
pub(super) const INTERRUPTED: &str = "The run ended before this tool gave a result.";

/// Mends a conversation: a call without a result is answered as interrupted, a result without a
/// call is dropped, and so is a message that this leaves empty. A call without an id, or with one
/// that an earlier call has, is given one of its own, and so is its result: the first that is left
/// of those with the old id.
///
/// Mending what is whole, or was mended before, changes nothing.
///
/// ```
/// use fastroai::run::repair;
/// use fastroai::Message;
/// let whole = vec![Message::user("Hello")];
/// assert_eq!(repair(whole.clone()), whole);
/// ```
#[must_use]
pub fn repair(messages: Vec<Message>) -> Vec<Message> {
    let mut mended = Vec::with_capacity(messages.len());
    let mut ids = Ids::default();
    let mut open: Option<Open> = None;
    for (turn, message) in (0..).zip(messages) {
        match message {
            Message::Tool(mut tool) => {
                let Some(open) = open.take() else { continue };
                let mut given = std::mem::take(&mut tool.results);
                for (call, id) in open.reply.tool_calls().zip(&open.ids) {
                    let place = given.iter().position(|result| result.call_id == *id);
                    tool.results.push(if let Some(place) = place {
                        let mut result = given.remove(place);
                        result.call_id.clone_from(&call.id);
                        result
                    } else {
                        tool.interrupted = true;
                        interrupted(call)
                    });
                }
                mended.push(Message::Tool(tool));
            }
            Message::Assistant(mut reply) => {
                close(&mut open, &mut mended);
                let old: Vec<String> = reply.tool_calls().map(|call| call.id.clone()).collect();
                ids.assign(&mut reply, turn);
                if !old.is_empty() {
                    open = Some(Open { reply: reply.clone(), ids: old });
                }
                mended.push(Message::Assistant(reply));
            }
            other => {
                close(&mut open, &mut mended);
                mended.push(other);
            }
        }
    }
    close(&mut open, &mut mended);
    mended
}

/// A reply whose calls have no results yet.
struct Open {
    reply: Response,
    /// The ids of its calls as they came.
    ids: Vec<String>,
}

/// The result of a call that has none.
pub(super) fn interrupted(call: &fastroai_providers::ToolCall) -> ToolResult {
    ToolResult::new(call, INTERRUPTED, ToolOutcome::Interrupted)
}

fn close(open: &mut Option<Open>, mended: &mut Vec<Message>) {
    if let Some(Open { reply, .. }) = open.take() {
        let mut message = Message::tool(reply.tool_calls().map(interrupted).collect());
        if let Message::Tool(tool) = &mut message {
            tool.interrupted = true;
        }
        mended.push(message);
    }
}
