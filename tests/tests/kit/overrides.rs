//! Other models, tools and settings for as long as a future runs.

use std::sync::Arc;

use fastroai::history::Compaction;
use fastroai::prelude::*;
use fastroai::providers::{Message, Request, Settings};
use fastroai::testing::{Overrides, Reply, ScriptedModel, with_model};
use serde_json::json;
use tokio::sync::Barrier;

use super::stage::{Desk, Planner, Travel};

fn saying(text: &'static str) -> ScriptedModel {
    ScriptedModel::answering(move |_| Reply::text(text))
}

/// What the agent answers.
async fn said() -> String {
    Travel.run("Hi").await.expect("an answer").output
}

/// Whether the agent would ask its own model, for which there is no key here.
async fn asks_its_own() -> bool {
    let runtime = Runtime::builder()
        .connection(fastroai::providers::Connection::new().environment(|_| None))
        .build();
    let asked = Travel.run("Hi").on(&runtime).await;
    asked.is_err_and(|error| error.to_string().contains("needs a key"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn behaviour_55_overrides_in_two_tasks_are_isolated_and_restored() {
    let barrier = Arc::new(Barrier::new(20));
    let tasks = (0..20).map(|number| {
        let barrier = Arc::clone(&barrier);
        tokio::spawn(async move {
            let mine = if number % 2 == 0 { "even" } else { "odd" };
            let heard = with_model(saying(mine), async {
                barrier.wait().await;
                let first = said().await;
                barrier.wait().await;
                (first, said().await)
            });
            assert_eq!(heard.await, (mine.to_owned(), mine.to_owned()));
            assert!(asks_its_own().await, "what held before holds again");
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.expect("no panic");
    }
    assert!(asks_its_own().await);
}

#[tokio::test]
async fn behaviour_55_the_model_in_an_agents_place_writes_its_summaries_too() {
    let long = |turn: usize| Message::user(format!("{turn} {}", "ask ".repeat(250)));
    for compaction in [Compaction::new(), Compaction::new().model("openai:gpt-5-nano")] {
        let compaction = compaction.context_window(2_000).summary_tokens(100).keep_messages(2);
        let agent = Agent::builder().name("long").model("openai:gpt-5").history(compaction);
        let agent = agent.build().expect("an agent");
        let model = ScriptedModel::new([Reply::text("They counted."), Reply::text("Done")]);
        let call = agent.run("And now?").messages((0..10).map(long).collect::<Vec<_>>());
        let answer = Overrides::new().model_of("long", model.clone()).scope(call).await;
        assert_eq!(answer.expect("an answer").output, "Done");
        let told = model.asked()[0].instructions.clone().unwrap_or_default();
        assert!(told.starts_with("You summarise"), "{told}");
        model.assert_finished();
    }
}

#[tokio::test]
async fn behaviour_55_overrides_go_into_one_another_and_end_with_their_scope() {
    let outer = with_model(saying("outer"), async {
        let before = said().await;
        let inner = with_model(saying("inner"), said()).await;
        let failed = with_model(ScriptedModel::new([Reply::status(400)]), Travel.run("Hi")).await;
        failed.expect_err("the inner script fails");
        (before, inner, said().await)
    });
    let heard = outer.await;
    assert_eq!((&*heard.0, &*heard.1, &*heard.2), ("outer", "inner", "outer"));
    assert!(asks_its_own().await);
}

#[tokio::test]
async fn behaviour_55_a_dropped_scope_leaves_nothing_behind() {
    let scope = with_model(ScriptedModel::new([Reply::silence()]), Travel.run("Hi"));
    let dropped = tokio::time::timeout(std::time::Duration::ZERO, scope).await;
    assert!(dropped.is_err());
    assert!(asks_its_own().await);
}

#[tokio::test]
async fn behaviour_55_tasks_that_are_started_with_ours_inherit_and_others_do_not() {
    with_model(saying("mine"), async {
        let ours = fastroai::spawn(said()).await.expect("no panic");
        assert_eq!(ours, "mine");
        let blocking = fastroai::spawn_blocking(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
            runtime.expect("a runtime").block_on(said())
        });
        assert_eq!(blocking.await.expect("no panic"), "mine");
        assert!(tokio::spawn(asks_its_own()).await.expect("no panic"));
    })
    .await;
}

#[tokio::test]
async fn agents_inside_tools_are_asked_of_the_models_that_are_meant_for_them() {
    let desk = ScriptedModel::new([
        Reply::call("planner", json!({"prompt": "Three days"})),
        Reply::text("Planned."),
    ]);
    let planner = ScriptedModel::new([Reply::json(&json!({"city": "Faro", "days": 3}))]);
    let answer = Overrides::new()
        .model(desk.clone())
        .model_of("Planner", planner.clone())
        .scope(Desk { planner: Planner }.run("Go"))
        .await
        .expect("an answer");
    assert_eq!(answer.output, "Planned.");
    assert_eq!(planner.asked()[0].instructions.as_deref(), Some("You plan trips."));
    desk.assert_finished();
    planner.assert_finished();
}

#[tokio::test]
async fn models_are_replaced_name_by_name_and_fallbacks_with_them() {
    let first = ScriptedModel::new([Reply::status(500), Reply::status(500), Reply::status(500)]);
    let second = ScriptedModel::new(["Second."]);
    let overrides = Overrides::new()
        .model_named("openai:gpt-4o-mini", first)
        .model_named("anthropic:claude-haiku-4-5", second);
    let runtime = Runtime::builder().retry(fastroai::RetryPolicy::default().attempts(1)).build();
    let answer = overrides
        .scope(Travel.run("Hi").fallback(["anthropic:claude-haiku-4-5"]).on(&runtime))
        .await
        .expect("an answer");
    assert_eq!(answer.output, "Second.");
}

#[tokio::test]
async fn settings_and_instructions_are_replaced_over_what_agent_and_call_say() {
    let model = ScriptedModel::new(["Hi.", "Hi."]);
    let set = |temperature| Settings { temperature: Some(temperature), ..Settings::default() };
    let mut call = set(0.5);
    call.max_tokens = Some(7);
    let outer = Overrides::new().model(model.clone()).settings(&set(0.1)).instructions("Outer.");
    outer
        .scope(async {
            Travel.run("Hi").settings(&call).await?;
            let inner = Overrides::new().settings(&set(0.2)).instructions("Inner.");
            inner.scope(Travel.run("Hi").settings(&call)).await
        })
        .await
        .expect("an answer");
    let asked = model.asked();
    assert_eq!(asked[0].instructions.as_deref(), Some("Outer."));
    assert_eq!((asked[0].settings.temperature, asked[0].settings.max_tokens), (Some(0.1), Some(7)));
    assert_eq!(asked[1].instructions.as_deref(), Some("Inner."));
    assert_eq!(asked[1].settings.temperature, Some(0.2));
}

#[tokio::test]
async fn a_tool_is_replaced_and_the_model_reads_the_same_of_it() {
    let script = || {
        ScriptedModel::new([
            Reply::call("weather", json!({"city": "Faro"})),
            Reply::call("book", json!({"city": "Faro", "seats": 2})),
            Reply::text("Done."),
        ])
    };
    let (real, stubbed) = (script(), script());
    with_model(real.clone(), Travel.run("Go")).await.expect("an answer");
    let answer = Overrides::new()
        .model(stubbed.clone())
        .tool("weather", |arguments| Ok::<_, ToolError>(json!({"sun in": arguments["city"]})))
        .tool("book", |_| Err::<String, _>(ToolError::tell_model("sold out")))
        .scope(Travel.run("Go"))
        .await
        .expect("an answer");
    assert_eq!(answer.output, "Done.");
    assert_eq!(stubbed.asked()[1].tool_results(), [r#"{"sun in":"Faro"}"#]);
    assert_eq!(stubbed.asked()[2].tool_results(), ["sold out"]);
    assert_eq!(stubbed.asked()[0], real.asked()[0]);
}

#[tokio::test]
async fn a_request_without_an_agent_is_replaced_too() {
    let (messages, settings) = ([Message::user("Hi")], Settings::default());
    let runtime = Runtime::new();
    let request = Request::new(&messages, &settings);
    let asked = with_model(saying("mine"), runtime.request("openai:gpt-4o", &request)).await;
    assert_eq!(asked.expect("a reply").0.text(), "mine");
}
