//! Runs that wait for decisions, as they were stored, and the states of runs.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use fastroai::approval::{Decisions, PausedRun};
use fastroai::providers::{Part, Response, ToolOutcome};
use fastroai::run::{Event, RunState, ToolReport, Work, repair};
use fastroai::tool::{FunctionTool, ToolApproval};
use fastroai::{Agent, Runtime};
use serde_json::Value;

use crate::scripted::{Scripted, text};

pub(super) fn read(bytes: &[u8]) {
    let Ok(json) = std::str::from_utf8(bytes) else { return };
    let value: Option<Value> = serde_json::from_str(json).ok();
    let state = value.as_ref().and_then(|value| value.get("state"));
    if let Some(state) = state.and_then(|state| serde_json::from_value(state.clone()).ok()) {
        goes_on(state);
    }
    let Ok(paused) = PausedRun::from_json(json) else { return };
    let stored = serde_json::to_string(&paused).expect("a pause is JSON");
    let again: PausedRun = serde_json::from_str(&stored).expect("what was stored is read");
    let again = serde_json::to_string(&again).expect("a pause is JSON");
    assert_eq!(again, stored, "what was stored comes back");
    let requests = paused.requests();
    let ids: BTreeSet<_> = requests.iter().map(|request| &request.call_id).collect();
    assert_eq!(ids.len(), requests.len(), "each call has an id of its own");
    assert!(!requests.is_empty(), "it waits for something");
    is_resumed(&stored);
}

/// A state goes on as any, to an end at which each call has a result.
fn goes_on(mut run: RunState) {
    let stored = serde_json::to_string(&run).expect("a state is JSON");
    let again: RunState = serde_json::from_str(&stored).expect("what was stored is read");
    assert_eq!(again, run, "what was stored comes back");
    let was_paired = is_paired(&run);
    for _ in 0..1_000 {
        let report = ToolReport::new("ran", ToolOutcome::Success);
        let first = |units: &[fastroai::run::ToolUnit]| units.first().expect("a call").index;
        let event = match run.next() {
            Work::Model { .. } => {
                let mut reply = Response::default();
                reply.parts.push(Part::text("{}"));
                Event::Replied { reply }
            }
            Work::Arguments { units, .. } => Event::Deferred { index: first(&units) },
            Work::AwaitApproval { units, .. } => {
                Event::Denied { index: first(&units), message: "no".to_owned().into() }
            }
            Work::Tools { units, .. } => Event::ToolDone { index: first(&units), report },
            Work::Check { .. } => Event::Accepted,
            _ => {
                assert!(!was_paired || is_paired(&run), "each call has a result");
                return;
            }
        };
        run.feed(event).expect("what was asked for can happen");
    }
    panic!("it comes to no end");
}

/// Whether there is nothing to mend, but for what is open at the end.
fn is_paired(run: &RunState) -> bool {
    let messages = run.messages();
    let mended = repair(messages.to_vec());
    mended.len() >= messages.len() && mended[..messages.len()] == *messages
}

/// Whoever says no to all of it has nothing run, whatever was stored.
fn is_resumed(stored: &str) {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let mut value: Value = serde_json::from_str(stored).expect("JSON");
    // Each pause is gone on from once.
    value["id"] = format!("00000000-0000-7000-8000-{count:012x}").into();
    let paused = PausedRun::from_json(&value.to_string()).expect("another id is an id");
    let model = Scripted::new("test:model", [text("Done.")]);
    let runtime = Runtime::builder().model(model).build();
    let mut agent = Agent::builder().name(paused.agent()).model("test:model");
    let (mut names, mut decisions) = (BTreeSet::new(), Decisions::new());
    for request in paused.requests() {
        decisions = decisions.deny(request.call_id, "No.");
        if names.insert(request.tool.clone()) {
            let tool = FunctionTool::new(request.tool, "A tool.", |_: Value, _| async {
                panic!("it ran");
                #[expect(unreachable_code, reason = "a type for the result")]
                Ok::<_, std::convert::Infallible>(String::new())
            });
            let external =
                if request.external { ToolApproval::External } else { ToolApproval::Asked };
            agent = agent.tool(tool.approval(external));
        }
    }
    // A tool of such a name may be none.
    let Ok(agent) = agent.build() else { return };
    let run_id = paused.run_id().to_owned();
    let ended =
        super::runtime().block_on(agent.resume(paused, decisions).on(&runtime).into_future());
    match ended {
        Ok(answer) => assert_eq!(answer.run_id, run_id),
        Err(error) => assert_eq!(error.run_id(), run_id),
    }
}
