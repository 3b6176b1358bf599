//! What a runtime writes to an audit trail: every run is opened and closed, on every way out.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::path::Path;
use std::time::Duration;

use fastroai::audit::{self, AuditTrail, Event, Record};
use fastroai::hook::{Denied, Gate, Hook, ModelCall, RunInfo, ToolUse};
use fastroai::money::{Prices, Rates};
use fastroai::prelude::*;
use fastroai::providers::ModelError;
use fastroai::tool::FunctionTool;
use fastroai::{ErrorKind, RetryPolicy, usd};
use fastroai_providers::error::ProviderFault;
use tests::folder::Folder;
use tests::scripted::{Scripted, Step, call, text};
use tokio_util::sync::CancellationToken;

const MODEL: &str = "test:one";
const SUBJECT: &str = "ursula@example.org";

fn runtime(model: &Scripted, path: &Path) -> Runtime {
    on(AuditTrail::open(path).unwrap(), model).build()
}

fn on(trail: AuditTrail, model: &Scripted) -> fastroai::RuntimeBuilder {
    let rates = Rates::per_million("1", "1").unwrap();
    let prices = Prices::unlisted().with_override("test:*", rates).unwrap();
    let mut retry = RetryPolicy::default();
    retry.attempts = 1;
    Runtime::builder().model(model.clone()).prices(prices).retry(retry).hook(trail)
}

#[derive(serde::Deserialize, JsonSchema)]
struct Number {
    n: u32,
}

fn agent() -> Agent<String> {
    let double = FunctionTool::new("double", "Doubles.", |number: Number, _| async move {
        Ok::<_, ToolError>((number.n * 2).to_string())
    });
    Agent::builder().name("Counter").model(MODEL).tool(double).build().unwrap()
}

/// The records of a trail that holds, as kind and how it ended.
fn told(path: &Path) -> Vec<String> {
    audit::verify(path).unwrap();
    let word = |record: &Record| match record.fields.get("how") {
        Some(how) => format!("{} {}", record.kind, how.as_str().unwrap()),
        None => record.kind.clone(),
    };
    audit::export(path, SUBJECT).unwrap().iter().map(word).collect()
}

#[tokio::test(start_paused = true)]
async fn an_answer_leaves_a_record_of_each_thing_that_happened_in_order() {
    let (folder, model) =
        (Folder::new(), Scripted::new(MODEL, [call("a", "double", r#"{"n":21}"#), text("42")]));
    let runtime = runtime(&model, &folder.trail());
    let answer =
        agent().run("canary-1").on(&runtime).metadata("subject", SUBJECT).run_id("r1").await;
    assert_eq!(answer.unwrap().output, "42");
    drop(runtime);
    assert_eq!(
        told(&folder.trail()),
        [
            "run.started",
            "model.asked",
            "model.ended succeeded",
            "tool.called",
            "tool.ended succeeded",
            "model.asked",
            "model.ended succeeded",
            "run.ended answered",
        ]
    );
    let records = audit::export(folder.trail(), SUBJECT).unwrap();
    assert!(records.iter().all(|record| record.run.as_deref() == Some("r1")));
    assert_eq!(records[3].is_of("arguments", r#"{"n":21}"#), Some(true));
    assert_eq!(records[2].fields["cost"], "$0.000015");
    assert_eq!(records[7].fields["cost"], "$0.00003");
    let text = std::fs::read_to_string(folder.trail()).unwrap();
    assert!(
        !text.contains("canary") && !text.contains(r#"\"n\""#) && !text.contains("\"42\""),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn every_way_out_closes_the_run() {
    let refused = || {
        let fault = ProviderFault::Authentication;
        Step::Fail(ModelError::provider_fault(fault, "no").with_status(401))
    };
    let folder = Folder::new();
    let ask = |runtime: &Runtime| {
        let runtime = runtime.clone();
        async move { agent().run("Hi").on(&runtime).metadata("subject", SUBJECT).await }
    };

    let failing = runtime(&Scripted::new(MODEL, [refused()]), &folder.trail());
    assert!(ask(&failing).await.is_err());
    drop(failing);
    assert_eq!(told(&folder.trail()).last().unwrap(), "run.ended provider");

    let poor = runtime(&Scripted::new(MODEL, [text("never")]), &folder.trail());
    let run =
        agent().run("Hi").on(&poor).metadata("subject", SUBJECT).budget(usd!("0.000001")).await;
    assert!(matches!(run.unwrap_err().kind(), ErrorKind::Budget { .. }));
    drop(poor);
    assert_eq!(told(&folder.trail()).last().unwrap(), "run.ended budget");
    let all = std::fs::read_to_string(folder.trail()).unwrap();
    assert!(all.contains("budget.refused"), "{all}");

    let silent = runtime(&Scripted::new(MODEL, [Step::Hang]), &folder.trail());
    let token = CancellationToken::new();
    let agent = agent();
    let run = agent.run("Hi").on(&silent).metadata("subject", SUBJECT).cancellation(token.clone());
    let (run, ()) = tokio::join!(run, async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        token.cancel();
    });
    assert!(matches!(run.unwrap_err().kind(), ErrorKind::Cancelled));
    drop(silent);
    let records = told(&folder.trail());
    assert_eq!(records[records.len() - 2..], ["model.ended given up", "run.ended cancelled"]);

    let silent = runtime(&Scripted::new(MODEL, [Step::Hang]), &folder.trail());
    assert!(tokio::time::timeout(Duration::from_secs(1), ask(&silent)).await.is_err());
    drop(silent);
    let records = told(&folder.trail());
    let count = |kind: &str| records.iter().filter(|record| record.starts_with(kind)).count();
    assert!(records.contains(&"run.ended dropped".to_owned()), "{records:?}");
    assert_eq!(count("run.started"), count("run.ended"));
    assert_eq!(count("model.asked"), count("model.ended"));
}

struct No;

impl Hook for No {
    fn before_model(&self, _: &mut ModelCall<'_>) -> Result<Gate, Denied> {
        Err(Denied::new("not today"))
    }
}

#[tokio::test(start_paused = true)]
async fn what_another_hook_denies_is_written_down_and_closed() {
    let (folder, model) = (Folder::new(), Scripted::new(MODEL, [text("never")]));
    let runtime = on(AuditTrail::open(folder.trail()).unwrap(), &model).hook(No).build();
    let run = agent().run("Hi").on(&runtime).metadata("subject", SUBJECT).await;
    assert!(run.is_err() && model.asked().is_empty());
    drop(runtime);
    assert_eq!(
        told(&folder.trail()),
        ["run.started", "model.asked", "model.ended denied", "run.ended denied"]
    );
}

#[tokio::test(start_paused = true)]
async fn where_no_record_can_be_written_nothing_is_sent() {
    let (folder, model) = (Folder::new(), Scripted::new(MODEL, [text("never")]));
    let trail = AuditTrail::open(folder.trail()).unwrap();
    // What is too large stops a trail, as a full disk does.
    assert!(trail.append(Event::new("x").with("text", "x".repeat(2 << 20))).is_err());
    let runtime = on(trail, &model).build();
    let error = agent().run("Hi").on(&runtime).await.unwrap_err();
    let ErrorKind::Denied { hook, .. } = error.kind() else { panic!("{error:?}") };
    assert_eq!(hook, "audit");
    assert!(model.asked().is_empty() && error.bill().is_empty());
}

/// A hook that lets only who is known begin a run, and only some of them call a tool.
struct Roles;

impl Hook for Roles {
    fn before_run(&self, run: &RunInfo<'_>) -> Result<(), Denied> {
        run.metadata("subject").map(drop).ok_or_else(|| Denied::new("say who you are"))
    }

    fn before_tool(&self, call: &mut ToolUse<'_>) -> Result<Gate, Denied> {
        if call.metadata("role") == Some("clerk") {
            return Ok(Gate::go());
        }
        Err(Denied::new("clerks only").tell_model("You may not do that."))
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_without_a_principal_does_not_begin_and_a_tool_needs_its_role() {
    let script = || [call("a", "double", r#"{"n":21}"#), text("Done")];
    let (folder, model) =
        (Folder::new(), Scripted::new(MODEL, script().into_iter().chain(script())));
    let runtime = on(AuditTrail::open(folder.trail()).unwrap(), &model).hook(Roles).build();
    let nobody = agent().run("Hi").on(&runtime).await.unwrap_err();
    assert!(matches!(nobody.kind(), ErrorKind::Denied { .. }) && model.asked().is_empty());

    for (role, result) in [("guest", "You may not do that."), ("clerk", "42")] {
        let agent = agent();
        let run = agent.run("Hi").on(&runtime).metadata("subject", SUBJECT).metadata("role", role);
        run.await.unwrap();
        let asked = model.asked().pop().unwrap();
        assert_eq!(asked.tool_results(), [result], "{role}");
    }
    drop(runtime);
    assert_eq!(audit::verify(folder.trail()).unwrap().head.number, 2 + 9 + 8);
}
