//! Ids of tool calls: whatever the provider sent, each call of a run has one of its own.

use std::collections::BTreeSet;

use fastroai_providers::{Message, Part, Response};

/// The ids that are taken in a conversation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ids(BTreeSet<String>);

impl Ids {
    /// Those of a history.
    pub(super) fn of(messages: &[Message]) -> Self {
        let replies = messages.iter().filter_map(|message| match message {
            Message::Assistant(reply) => Some(reply),
            _ => None,
        });
        Self(replies.flat_map(Response::tool_calls).map(|call| call.id.clone()).collect())
    }

    /// Gives each call of a reply an id of its own, where it has none or one that is taken.
    pub(super) fn assign(&mut self, reply: &mut Response, turn: u32) {
        let calls = reply.parts.iter_mut().filter_map(|part| match part {
            Part::ToolCall(call) => Some(call),
            _ => None,
        });
        for (index, call) in calls.enumerate() {
            let mut copy = 0;
            while call.id.is_empty() || self.0.contains(&call.id) {
                copy += 1;
                call.id = match copy {
                    1 => format!("call_{turn}_{index}"),
                    _ => format!("call_{turn}_{index}_{copy}"),
                };
            }
            self.0.insert(call.id.clone());
        }
    }
}
