//! Conversations mended so that every provider takes them.

use std::collections::BTreeMap;

use fastroai_providers::{Message, Response, ToolOutcome, ToolResult};

/// What the model reads in place of a result that never came.
pub(super) const INTERRUPTED: &str = "The run ended before this tool gave a result.";

/// Mends a conversation: a call without a result is answered as interrupted, a result without a
/// call is dropped, and so is a message that this leaves empty.
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
    let mut open: Option<Response> = None;
    for message in messages {
        match message {
            Message::Tool(mut tool) => {
                let Some(reply) = open.take() else { continue };
                let mut given: BTreeMap<String, ToolResult> = BTreeMap::new();
                for result in std::mem::take(&mut tool.results) {
                    given.entry(result.call_id.clone()).or_insert(result);
                }
                for call in reply.tool_calls() {
                    let result = given.remove(&call.id).unwrap_or_else(|| {
                        tool.interrupted = true;
                        interrupted(call)
                    });
                    tool.results.push(result);
                }
                mended.push(Message::Tool(tool));
            }
            other => {
                close(&mut open, &mut mended);
                if let Message::Assistant(reply) = &other
                    && reply.tool_calls().next().is_some()
                {
                    open = Some(reply.clone());
                }
                mended.push(other);
            }
        }
    }
    close(&mut open, &mut mended);
    mended
}

/// The result of a call that has none.
pub(super) fn interrupted(call: &fastroai_providers::ToolCall) -> ToolResult {
    ToolResult::new(call, INTERRUPTED, ToolOutcome::Interrupted)
}

fn close(open: &mut Option<Response>, mended: &mut Vec<Message>) {
    if let Some(reply) = open.take() {
        let mut message = Message::tool(reply.tool_calls().map(interrupted).collect());
        if let Message::Tool(tool) = &mut message {
            tool.interrupted = true;
        }
        mended.push(message);
    }
}
