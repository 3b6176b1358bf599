//! A call before it begins, and what it can be refined with.

use std::time::Duration;

use tests::scripted::{Scripted, text};

use super::stage::{agent, runtime};

#[tokio::test]
async fn a_call_that_is_not_awaited_asks_nobody() {
    let model = Scripted::new("test:model", [text("never asked for")]);
    let rt = runtime(&model);
    let agent = agent().build().expect("an agent");
    drop(agent.run("Go").on(&rt).timeout(Duration::from_secs(1)));
    drop(agent.run("Go").on(&rt).stream());
    assert!(model.asked().is_empty());
}

#[tokio::test]
async fn each_run_has_an_id_of_its_own_unless_it_is_given_one() {
    let model = Scripted::new("test:model", [text("a"), text("b"), text("c")]);
    let rt = runtime(&model);
    let agent = agent().build().expect("an agent");
    let first = agent.run("Go").on(&rt).await.expect("an answer");
    let second = agent.run("Go").on(&rt).await.expect("an answer");
    assert_ne!(first.run_id, second.run_id);
    let third = agent.run("Go").on(&rt).run_id("mine").await.expect("an answer");
    assert_eq!(third.run_id, "mine");
}

#[tokio::test]
async fn a_call_can_ask_another_model() {
    let model = Scripted::new("test:other", [text("from the other")]);
    let rt = runtime(&model);
    let agent = agent().build().expect("an agent");
    let answer = agent.run("Go").on(&rt).model("test:other").await.expect("an answer");
    assert_eq!(answer.output, "from the other");
}
