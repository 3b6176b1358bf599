//! What every transcript must be, however its run ended.

use std::collections::BTreeSet;

use fastroai::History;
use fastroai::providers::{Message, Response, ToolOutcome};
use fastroai::run::repair;

use super::stage::results;

/// Fails unless calls and results are [paired](assert_paired), no id is empty or used twice,
/// missing results are marked, and the whole can be stored.
#[track_caller]
pub(crate) fn assert_closed(messages: &[Message]) {
    assert_paired(messages);
    let mut ids = BTreeSet::new();
    for call in replies(messages).flat_map(Response::tool_calls) {
        assert!(!call.id.is_empty(), "a call without an id");
        assert!(ids.insert(call.id.as_str()), "the id {} is used twice", call.id);
    }
    for tool in results(messages) {
        let missing = tool.results.iter().any(|r| r.outcome == ToolOutcome::Interrupted);
        assert_eq!(tool.interrupted, missing, "the message says whether results are missing");
    }
    let history = History::from(messages);
    let stored = serde_json::to_string(&history).expect("a history can be stored");
    assert_eq!(serde_json::from_str::<History>(&stored).expect("and read"), history);
}

/// Fails unless each call has exactly one result, in the order of the calls and right after them,
/// no result is without a call, and nothing is left to mend.
#[track_caller]
pub(crate) fn assert_paired(messages: &[Message]) {
    let mut rest = messages.iter();
    while let Some(message) = rest.next() {
        match message {
            Message::Tool(_) => panic!("results without calls in {messages:#?}"),
            Message::Assistant(reply) => {
                let called: Vec<_> = reply.tool_calls().map(|call| &call.id).collect();
                if called.is_empty() {
                    continue;
                }
                let Some(Message::Tool(tool)) = rest.next() else {
                    panic!("calls without results in {messages:#?}");
                };
                let given: Vec<_> = tool.results.iter().map(|result| &result.call_id).collect();
                assert_eq!(given, called);
            }
            _ => {}
        }
    }
    assert_eq!(repair(messages.to_vec()), messages, "nothing is left to mend");
}

fn replies(messages: &[Message]) -> impl Iterator<Item = &Response> {
    messages.iter().filter_map(|message| match message {
        Message::Assistant(reply) => Some(reply),
        _ => None,
    })
}
