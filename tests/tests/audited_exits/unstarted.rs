//! Runs that could not begin: hooks are told of them all the same.

use fastroai::money::Budget;
use fastroai::prelude::*;
use fastroai::providers::Part;
use fastroai::tool::{DynToolset, FunctionTool};
use fastroai::{Message, RuntimeBuilder, usd};
use tests::folder::Folder;
use tests::scripted::{Scripted, call, reply, text};

use super::rig::{MODEL, No, Place, agent, assert_whole, double, leaves, plain, records, runtime};

const NOTHING: [&str; 2] = ["run.started", "run.ended config"];

#[tokio::test(start_paused = true)]
async fn a_model_that_cannot_be_had_leaves_a_closed_run() {
    // Neither is ever asked: that there is no key is found, or that nothing is sent without TLS.
    let unsafely = |it: RuntimeBuilder| it.base_url("openai", "http://example.org/v1");
    for model in ["nobody:knows", "no colon", "openai:gpt-4o"] {
        let words = leaves("config", [], unsafely, async |runtime: Runtime| {
            agent().build().unwrap().run("Go").model(model).on(&runtime).await.err()
        })
        .await;
        assert_eq!(words, NOTHING, "{model}");
    }
    let words = leaves("config", [text("never")], plain, async |runtime: Runtime| {
        agent().build().unwrap().run("Go").fallback(["nobody:knows"]).on(&runtime).await.err()
    })
    .await;
    assert_eq!(words, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn tools_that_do_not_go_together_leave_a_closed_run() {
    let words = leaves("config", [], plain, async |runtime: Runtime| {
        let twice = DynToolset::new().with(double());
        agent().build().unwrap().run("Go").tools(&twice).on(&runtime).await.err()
    })
    .await;
    assert_eq!(words, NOTHING);
    let words = leaves("config", [], plain, async |runtime: Runtime| {
        agent().build().unwrap().run("Go").without_tools(["dubble"]).on(&runtime).await.err()
    })
    .await;
    assert_eq!(words, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn a_history_without_a_question_leaves_a_closed_run() {
    let words = leaves("config", [], plain, async |runtime: Runtime| {
        let said = [Message::user("Hi"), Message::Assistant(reply(vec![Part::text("Hello")]))];
        agent().build().unwrap().continue_from(Vec::from(said)).on(&runtime).await.err()
    })
    .await;
    assert_eq!(words, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn a_run_outside_every_scope_leaves_a_closed_run_on_a_strict_runtime() {
    let words = leaves("config", [], RuntimeBuilder::strict, async |runtime: Runtime| {
        agent().build().unwrap().run("Go").on(&runtime).await.err()
    })
    .await;
    assert_eq!(words, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn an_account_beside_that_of_the_scope_around_it_leaves_a_closed_run() {
    let process = Budget::new("process", usd!("1"));
    let (one, other) = (process.child("one", usd!("1")), process.child("other", usd!("1")));
    let words = leaves("config", [], plain, async |runtime: Runtime| {
        let agent = agent().build().unwrap();
        let run = async { agent.run("Go").account(&other).await.err() };
        runtime.scope(&one, run).await.unwrap()
    })
    .await;
    assert_eq!(words, NOTHING);
}

#[tokio::test(start_paused = true)]
async fn who_may_not_run_at_all_is_not_told_what_is_set_up_wrongly() {
    leaves(
        "denied",
        [],
        |it| it.hook(No(Place::Run)).strict(),
        async |runtime: Runtime| {
            agent().build().unwrap().run("Go").model("nobody:knows").on(&runtime).await.err()
        },
    )
    .await;
}

/// An agent whose tool asks the same agent again, as deep as that may go.
fn nested(depth: u32) -> Agent {
    let deeper =
        FunctionTool::new("deeper", "Goes deeper.", move |_: serde_json::Value, _| async move {
            match Box::pin(async move { nested(depth + 1).run("Go").await }).await {
                Ok(answer) => Ok(answer.output),
                Err(error) => Err(ToolError::tell_model(error.public().code())),
            }
        });
    Agent::builder().name(format!("level {depth}")).model(MODEL).tool(deeper).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn each_of_the_runs_inside_each_other_is_closed_and_the_deepest_says_that_it_is() {
    let calls = (1..=8).map(|_| call("a", "deeper", "{}"));
    let answers = (1..=8).map(|_| text("Done"));
    let (folder, model) = (Folder::new(), Scripted::new(MODEL, calls.chain(answers)));
    let on = runtime(&model, &folder.trail()).build();
    nested(1).run("Go").on(&on).await.unwrap();
    drop(on);
    let records = records(&folder.trail());
    let started = records.iter().filter(|it| it.kind == "run.started");
    let runs: Vec<_> = started.map(|it| it.run.clone().unwrap()).collect();
    assert_eq!(runs.len(), 9);
    let started = records.iter().filter(|it| it.kind == "run.started");
    let parents: Vec<_> = started.map(|it| it.fields.get("parent").cloned()).collect();
    assert_eq!(parents[0], None);
    assert!(parents[1..].iter().flatten().eq(&runs[..8]), "each was begun in the one before");
    for (level, id) in runs.iter().enumerate() {
        let of_run = records.iter().filter(|it| it.run.as_ref() == Some(id)).cloned();
        let how = if level == 8 { "too_deep" } else { "answered" };
        assert_whole(&of_run.collect::<Vec<_>>(), how);
    }
}

#[tokio::test]
async fn what_is_no_run_has_an_id_all_the_same() {
    let process = Budget::new("process", usd!("1"));
    let (one, other) = (process.child("one", usd!("1")), process.child("other", usd!("1")));
    let runtime = Runtime::builder().build();
    let inner = runtime.scope(&one, runtime.scope(&other, async {})).await.unwrap();
    let error = inner.unwrap_err();
    assert_eq!(error.public().code(), "config");
    assert!(!error.correlation_id().is_empty() && error.run_id() == error.correlation_id());
    let error = agent().build().unwrap().run("Go").run_id("").on(&runtime).await.unwrap_err();
    assert!(!error.correlation_id().is_empty());
}
