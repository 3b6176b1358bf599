//! Stored conversations.

use std::collections::BTreeSet;

use fastroai::{Agent, History, Message, Runtime};

use crate::scripted::{Scripted, text};

pub(super) fn read(bytes: &[u8]) {
    let Ok(history) = serde_json::from_slice::<History>(bytes) else { return };
    let stored = serde_json::to_string(&history).expect("a history is JSON");
    let again: History = serde_json::from_str(&stored).expect("what was stored is read");
    assert_eq!(again, history, "what was stored comes back");
    for (model, wire) in super::wires() {
        super::bodies::sent(&*wire, model, &history);
    }
    goes_on(history);
}

/// A run takes any history, and what it sends of it is one that every provider takes: each call
/// has a name of its own, and a result right behind it.
fn goes_on(history: History) {
    let model = Scripted::new("test:model", [text("Done.")]);
    let runtime = Runtime::builder().model(model.clone()).build();
    let agent = Agent::builder().model("test:model").build().expect("an agent");
    let call = agent.run("Go on").messages(history).on(&runtime);
    if super::runtime().block_on(call.into_future()).is_err() {
        return;
    }
    let asked = model.asked();
    let sent = &asked.last().expect("a run that answered has asked").messages;
    for (at, message) in sent.iter().enumerate() {
        let Message::Assistant(reply) = message else { continue };
        let calls: Vec<&str> = reply.tool_calls().map(|call| call.id.as_str()).collect();
        let own: BTreeSet<_> = calls.iter().collect();
        assert_eq!(own.len(), calls.len(), "two calls of one id");
        let results: Vec<&str> = match sent.get(at + 1) {
            Some(Message::Tool(tool)) => {
                tool.results.iter().map(|it| it.call_id.as_str()).collect()
            }
            _ => Vec::new(),
        };
        assert_eq!(calls, results, "each call has its result");
    }
}
