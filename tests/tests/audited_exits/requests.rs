//! Requests without an agent.

use std::sync::{Arc, Mutex};

use fastroai::hook::{Denied, Gate, Hook, ModelCall};
use fastroai::money::Budget;
use fastroai::prelude::*;
use fastroai::providers::{Message, ModelError, Request};
use fastroai::tool::FunctionTool;
use fastroai::{Settings, usd};
use fastroai_providers::error::ProviderFault;
use tests::folder::Folder;
use tests::scripted::{Scripted, Step, call, text};

use super::rig::{MODEL, records, runtime, words};

/// Remembers the ids of what passes.
#[derive(Clone, Default)]
struct Ids(Arc<Mutex<Vec<String>>>);

impl Hook for Ids {
    fn before_model(&self, call: &mut ModelCall<'_>) -> Result<Gate, Denied> {
        assert_eq!((call.run_id(), call.agent()), (None, None));
        self.0.lock().unwrap().push(call.correlation_id().to_owned());
        Ok(Gate::go())
    }
}

async fn ask(runtime: &Runtime) -> Option<Error> {
    let (messages, settings) = ([Message::user("Go")], Settings::default());
    runtime.request(MODEL, &Request::new(&messages, &settings)).await.err()
}

#[tokio::test(start_paused = true)]
async fn a_request_without_an_agent_has_an_id_of_its_own_in_its_records_and_its_error() {
    let fails = ModelError::provider_fault(ProviderFault::Server, "it broke").with_status(500);
    let (folder, ids) = (Folder::new(), Ids::default());
    let model = Scripted::new(MODEL, [text("Yes"), Step::Fail(fails)]);
    let runtime = runtime(&model, &folder.trail()).hook(ids.clone()).build();
    assert!(ask(&runtime).await.is_none());
    let error = ask(&runtime).await.unwrap();
    drop(runtime);
    let (seen, records) = (ids.0.lock().unwrap().clone(), records(&folder.trail()));
    assert_eq!((seen.len(), error.correlation_id()), (2, seen[1].as_str()));
    assert_ne!(seen[0], seen[1]);
    assert_eq!(
        words(&records),
        ["model.asked", "model.ended succeeded", "model.asked", "model.ended provider"]
    );
    let of: Vec<_> = records.iter().map(|it| it.run.clone().unwrap()).collect();
    assert_eq!(of, [&seen[0], &seen[0], &seen[1], &seen[1]].map(Clone::clone));
    assert_eq!(records[3].fields["status"], 500);
}

#[tokio::test(start_paused = true)]
async fn a_request_that_a_tool_makes_says_in_which_run() {
    let (folder, script) = (Folder::new(), [call("a", "ask", "{}"), text("In"), text("Out")]);
    let on = runtime(&Scripted::new(MODEL, script), &folder.trail()).build();
    let inner = on.clone();
    let asks = FunctionTool::new("ask", "Asks.", move |_: serde_json::Value, _| {
        let inner = inner.clone();
        async move {
            assert!(ask(&inner).await.is_none());
            Ok::<_, ToolError>(String::new())
        }
    });
    let agent = Agent::builder().model(MODEL).tool(asks).build().unwrap();
    agent.run("Go").on(&on).run_id("r1").await.unwrap();
    drop((agent, on));
    let records = records(&folder.trail());
    let asked: Vec<_> = records.iter().filter(|it| it.kind == "model.asked").collect();
    let of: Vec<_> = asked.iter().map(|it| it.run.as_deref() == Some("r1")).collect();
    assert_eq!(of, [true, false, true]);
    let parents: Vec<_> = asked.iter().map(|it| it.fields.get("parent").is_some()).collect();
    assert_eq!(parents, [false, true, false]);
    assert_eq!(asked[1].fields["parent"], "r1");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_not_paid_for_is_told_with_the_id_of_its_error() {
    let (folder, model) = (Folder::new(), Scripted::new(MODEL, [text("never")]));
    let poor = Budget::new("poor", usd!("0.000001"));
    let runtime = runtime(&model, &folder.trail()).account(&poor).build();
    let error = ask(&runtime).await.unwrap();
    drop(runtime);
    let records = records(&folder.trail());
    assert_eq!(words(&records), ["budget.refused"]);
    assert_eq!(records[0].run.as_deref(), Some(error.public().correlation_id()));
}
