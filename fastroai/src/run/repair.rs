//! Conversations mended so that every provider takes them.

use std::collections::BTreeMap;

use fastroai_providers::{Message, Response, ToolCall, ToolOutcome, ToolResult};

/// What the model reads in place of a result that never came.
pub(super) const INTERRUPTED: &str = "The run ended before this tool gave a result.";

/// Mends a conversation: a call without a result is answered as interrupted, a result without a
/// call is dropped, and so is a message that this leaves empty. Messages of results in a row become
/// one.
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
    let mut open: Option<Open> = None;
    for message in messages {
        match message {
            Message::Tool(tool) => {
                // Without calls before them, results are of no use.
                let Some(open) = &mut open else { continue };
                open.interrupted |= tool.interrupted;
                for result in tool.results {
                    open.given.entry(result.call_id.clone()).or_insert(result);
                }
            }
            other => {
                mended.extend(open.take().map(Open::close));
                if let Message::Assistant(reply) = &other {
                    open = Open::of(reply);
                }
                mended.push(other);
            }
        }
    }
    mended.extend(open.map(Open::close));
    mended
}

/// The calls of a reply, and the results that have been found for them.
struct Open {
    calls: Vec<ToolCall>,
    given: BTreeMap<String, ToolResult>,
    interrupted: bool,
}

impl Open {
    fn of(reply: &Response) -> Option<Self> {
        let calls: Vec<_> = reply.tool_calls().cloned().collect();
        (!calls.is_empty()).then(|| Self { calls, given: BTreeMap::new(), interrupted: false })
    }

    /// The message that answers all of them, in their order.
    fn close(mut self) -> Message {
        let mut interrupted = self.interrupted;
        let result = |call: &ToolCall| {
            self.given.remove(&call.id).unwrap_or_else(|| {
                interrupted = true;
                self::interrupted(call)
            })
        };
        let mut message = Message::tool(self.calls.iter().map(result).collect());
        if let Message::Tool(tool) = &mut message {
            tool.interrupted = interrupted;
        }
        message
    }
}

/// The result of a call that has none.
pub(super) fn interrupted(call: &ToolCall) -> ToolResult {
    ToolResult::new(call, INTERRUPTED, ToolOutcome::Interrupted)
}
