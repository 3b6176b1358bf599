//! Transcripts of the runs of a scope.

use std::time::Duration;

use fastroai::prelude::*;
use fastroai::providers::Message;
use fastroai::testing::{Overrides, Reply, ScriptedModel, Transcript, capture, with_model};
use serde_json::json;

use super::stage::{Desk, Planner, Travel};

fn agents(runs: &[Transcript]) -> Vec<&str> {
    runs.iter().map(|run| run.agent.as_str()).collect()
}

#[tokio::test]
async fn runs_inside_tools_are_captured_with_the_run_that_they_are_in() {
    let desk =
        ScriptedModel::new([Reply::call("planner", json!({"prompt": "Go"})), Reply::text("Done.")]);
    let planner = ScriptedModel::new([Reply::json(&json!({"city": "Faro", "days": 3}))]);
    let overrides = Overrides::new().model(desk).model_of("Planner", planner);
    let (answer, runs) = capture(overrides.scope(Desk { planner: Planner }.run("Go"))).await;
    let answer = answer.expect("an answer");
    assert_eq!(agents(&runs), ["Desk", "Planner"]);
    assert_eq!((&runs[0].run_id, runs[0].parent.as_deref()), (&answer.run_id, None));
    assert_eq!(runs[1].parent.as_deref(), Some(&*answer.run_id));
    assert_eq!(runs[0].messages, answer.messages);
    assert_eq!((runs[0].requests.len(), runs[1].requests.len()), (2, 1));
    assert_eq!(runs[0].requests[1].tool_results(), [r#"{"city":"Faro","days":3}"#]);
    assert_eq!(runs[0].tool_calls()[0].name, "planner");
    assert!(runs.iter().all(|run| run.ended && run.failure.is_none()));
}

#[tokio::test]
async fn failing_runs_are_captured_with_what_was_said_and_why_they_failed() {
    let model = ScriptedModel::new([
        Reply::call("weather", json!({"city": "Faro"})),
        Reply::status(400),
        Reply::text("After all."),
    ]);
    let (error, runs) = capture(with_model(model, async {
        let error = Travel.run("Rain?").await.expect_err("no answer");
        Travel.continue_from(error.history()).await.expect("an answer");
        error
    }))
    .await;
    assert_eq!(runs[0].failure, Some(error.to_string()));
    assert_eq!(runs[0].messages, *error.history());
    assert_eq!(runs[0].tool_calls()[0].arguments, r#"{"city":"Faro"}"#);
    assert_eq!(runs[0].requests.len(), 2);
    assert_eq!(runs[1].requests[0].messages, runs[0].messages.to_vec(), "it goes on from there");
    assert!(runs[1].tool_calls().is_empty(), "the calls of the history are no calls of this run");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_was_dropped_is_captured_without_an_end() {
    let model = ScriptedModel::new([Reply::silence()]);
    let scope = with_model(model, async {
        tokio::time::timeout(Duration::from_secs(1), Travel.run("Hi")).await.is_err()
    });
    let (dropped, runs) = capture(scope).await;
    assert!(dropped);
    assert_eq!((runs[0].ended, runs[0].requests.len()), (false, 1));
    assert_eq!(runs[0].requests[0].messages, [Message::user("Hi")]);
}

#[tokio::test]
async fn scopes_side_by_side_hear_their_own_runs_and_a_scope_around_them_hears_all() {
    let one = |prompt: &'static str| async move {
        let run = with_model(ScriptedModel::new(["Hi."]), Travel.run(prompt));
        capture(run).await.1
    };
    let ((first, second), all) = capture(async { tokio::join!(one("a"), one("b")) }).await;
    assert_eq!((first.len(), second.len(), all.len()), (1, 1, 2));
    assert_eq!(first[0].requests[0].prompt(), "a");
    assert_eq!(second[0].requests[0].prompt(), "b");
}
