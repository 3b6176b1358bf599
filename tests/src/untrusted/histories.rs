//! Stored conversations.

use std::collections::BTreeSet;

use fastroai::providers::message::MediaSource;
use fastroai::providers::{Media, Part, Response};
use fastroai::{Agent, History, Message, Runtime};

use crate::scripted::{Scripted, text};

pub(super) fn read(bytes: &[u8]) {
    if let Ok(json) = std::str::from_utf8(bytes) {
        from_outside(json);
    }
    let Ok(history) = serde_json::from_slice::<History>(bytes) else { return };
    let stored = serde_json::to_string(&history).expect("a history is JSON");
    let again: History = serde_json::from_str(&stored).expect("what was stored is read");
    assert_eq!(again, history, "what was stored comes back");
    for (model, wire) in super::wires() {
        super::bodies::sent(&*wire, model, &history);
    }
    goes_on(history);
}

/// Whatever a client sends, only what was said is taken of it, with nothing that only a provider may
/// say; taking it again changes nothing.
fn from_outside(json: &str) {
    let Ok(taken) = History::from_untrusted(json) else { return };
    let history = taken.into_history();
    let again = history.clone().sanitised();
    assert_eq!(again.history(), &history, "there is nothing left to change");
    assert_eq!(again.dropped(), [], "and nothing to leave out");
    let is_uploaded = |media: &Media| matches!(media.source(), MediaSource::Uploaded(_));
    for message in &history {
        assert!(!message.media().any(is_uploaded), "a client names no file of a provider's");
        let Message::Assistant(reply) = message else { continue };
        let mut bare = Response::default();
        bare.parts.clone_from(&reply.parts);
        assert_eq!(*reply, bare, "a client says nothing of who answered");
        for part in &reply.parts {
            let is_plain = match part {
                Part::Text { details, .. } => details.is_none(),
                Part::ToolCall(call) => call.details.is_none(),
                Part::Refusal { .. } => true,
                _ => false,
            };
            assert!(is_plain, "{part:?} is a provider's");
        }
    }
    let stored = serde_json::to_string(&history).expect("a history is JSON");
    assert_eq!(serde_json::from_str::<History>(&stored).expect("it is read"), history);
    let untooled = history.clone().sanitised().without_tools().into_history();
    assert!(!untooled.iter().any(|message| matches!(message, Message::Tool(_))));
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
