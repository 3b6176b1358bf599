//! Typed answers while their JSON is still arriving.

use fastroai::providers::{Delta, Part, StreamEvent};
use fastroai::schemars::{self, JsonSchema};
use fastroai::{Agent, AgentEvent, ModelError, Runtime};
use serde::Deserialize;
use serde_json::Value;

use crate::growth::has_grown;
use crate::scripted::{Scripted, Step, reply};

/// An answer of which each part may be any JSON.
#[derive(Debug, PartialEq, Deserialize, JsonSchema)]
struct Anything {
    #[serde(default)]
    said: Value,
}

/// The first byte says how long the pieces are, in which the others arrive.
pub(super) fn read(bytes: &[u8]) {
    let Some((length, bytes)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let letters: Vec<char> = text.chars().collect();
    let pieces = letters.chunks(1 + usize::from(*length));
    let delta = |piece: &[char]| Ok(StreamEvent::Delta(Delta::Text(piece.iter().collect())));
    let mut events: Vec<_> = pieces.map(delta).collect();
    events.push(Ok(StreamEvent::Done(Box::new(reply(vec![Part::text(text)])))));

    let end = Step::Fail(ModelError::config("an answer of nothing is asked for again"));
    let model = Scripted::new("test:model", [Step::Events(events), end]);
    let runtime = Runtime::builder().model(model).build();
    let agent = Agent::builder().model("test:model").configure(|it| it.output_attempts(1));
    let agent = agent.output::<Anything>().build().expect("an agent");
    super::runtime().block_on(async {
        let mut events = agent.run("Hello").on(&runtime).stream();
        let (mut last, mut ended) = (None, false);
        while let Some(event) = events.next().await {
            assert!(!ended, "something follows the end");
            match event {
                Ok(AgentEvent::Partial(value)) => {
                    assert_ne!(last.as_ref(), Some(&value), "a snapshot says something new");
                    assert!(last.is_none_or(|last| has_grown(&last, &value)), "and only more");
                    last = Some(value);
                }
                Ok(AgentEvent::Done(response)) => {
                    ended = true;
                    // A fenced block is accepted too.
                    if let Ok(whole) = serde_json::from_str::<Anything>(text) {
                        assert_eq!(response.output, whole);
                    }
                }
                Ok(_) => {}
                Err(_) => ended = true,
            }
        }
        assert!(ended, "a stream ends");
    });
}
