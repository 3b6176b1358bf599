//! Conversations mended so that every provider takes them.

use fastroai_providers::{Message, ToolCall, ToolOutcome, ToolResult};

use super::ids::Ids;

/// What the model reads in place of a result that never came.
pub(super) const INTERRUPTED: &str = "The run ended before this tool gave a result.";

/// Mends a conversation: a call without a result is answered as interrupted, a result without a
/// call is dropped, and so is a message that this leaves empty. Messages of results in a row become
/// one. A call without an id, or with one that an earlier call has, is given one of its own, and so
/// is its result: the first that is left of those with the old id.
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
            Message::Tool(tool) => {
                // Without calls before them, results are of no use.
                let Some(open) = &mut open else { continue };
                open.interrupted |= tool.interrupted;
                open.given.extend(tool.results);
            }
            Message::Assistant(mut reply) => {
                mended.extend(open.take().map(Open::close));
                let old: Vec<String> = reply.tool_calls().map(|call| call.id.clone()).collect();
                ids.assign(&mut reply, turn);
                let calls: Vec<_> = reply.tool_calls().cloned().zip(old).collect();
                if !calls.is_empty() {
                    open = Some(Open { calls, given: Vec::new(), interrupted: false });
                }
                mended.push(Message::Assistant(reply));
            }
            other => {
                mended.extend(open.take().map(Open::close));
                mended.push(other);
            }
        }
    }
    mended.extend(open.map(Open::close));
    mended
}

/// The calls of a reply, each with the id that it came with, and the results found for them.
struct Open {
    calls: Vec<(ToolCall, String)>,
    given: Vec<ToolResult>,
    interrupted: bool,
}

impl Open {
    /// The message that answers all of them, in their order.
    fn close(self) -> Message {
        let Self { calls, mut given, mut interrupted } = self;
        let result = |(call, old): &(ToolCall, String)| {
            let Some(place) = given.iter().position(|result| result.call_id == *old) else {
                interrupted = true;
                return self::interrupted(call);
            };
            let mut result = given.remove(place);
            result.call_id.clone_from(&call.id);
            result
        };
        let mut message = Message::tool(calls.iter().map(result).collect());
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
