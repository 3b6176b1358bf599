//! Replies that are cut off on their way.

use std::time::Duration;

use fastroai::ErrorKind;
use fastroai::agent::AgentEvent;
use fastroai::prelude::*;
use fastroai::providers::{Delta, Message, ModelError, Part, Response, StreamEvent, ToolOutcome};
use fastroai_providers::error::ProviderFault;
use tests::scripted::{Scripted, Step, call, reply, text};
use tokio_util::sync::CancellationToken;

use super::stage::{REPLY, agent, echo, prices, results, runtime, tool};
use super::transcript::assert_closed;

/// A reply of reasoning, text and a call, which stops in the middle of the call's arguments.
fn stalled() -> Step {
    let piece = |text: &str| text.to_owned();
    Step::Stalls(vec![
        Delta::Reasoning(piece("Let me ")),
        Delta::Reasoning(piece("see")),
        Delta::Text(piece("It ")),
        Delta::Text(piece("")),
        Delta::Text(piece("seems")),
        Delta::ToolCall { index: 0, name: piece("echo") },
        Delta::Arguments { index: 0, fragment: piece(r#"{"n""#) },
        Delta::ToolCall { index: 1, name: piece("echo") },
        Delta::Arguments { index: 0, fragment: piece(":1}") },
        Delta::Arguments { index: 1, fragment: piece(r#"{"n":"#) },
    ])
}

/// The last reply of a history, which must have been kept as it was when the rest did not come.
#[track_caller]
fn assert_kept(error: &Error) {
    let kept = error.history().iter().rev().find_map(|message| match message {
        Message::Assistant(reply) => Some(reply),
        _ => None,
    });
    let kept = kept.expect("what had come");
    assert!(kept.interrupted);
    assert_eq!(kept.provider.as_deref(), Some("test"));
    assert_eq!((kept.text().as_str(), kept.reasoning_text().as_str()), ("It seems", "Let me see"));
    let arguments: Vec<_> = kept.tool_calls().map(|call| call.arguments.as_str()).collect();
    assert_eq!(arguments, [r#"{"n":1}"#, r#"{"n":"#]);
    let last = results(error.history()).last().copied().expect("the calls have results");
    assert!(last.results.iter().all(|result| result.outcome == ToolOutcome::Interrupted));
    assert_closed(error.history());
}

async fn last_error(mut stream: fastroai::agent::RunStream<'_, String>) -> Error {
    loop {
        match stream.next().await.expect("an end") {
            Ok(event) => assert!(!matches!(event, AgentEvent::Done(_)), "there is no answer"),
            Err(error) => {
                assert!(stream.next().await.is_none());
                return error;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn behaviour_49_a_cancelled_stream_keeps_what_had_come_and_closes_its_connection() {
    let model = Scripted::new("test:model", [stalled(), text("Here again")]);
    let rt = runtime(&model);
    let agent = agent().tool(echo("echo")).build().expect("an agent");
    let token = CancellationToken::new();
    let mut stream = agent.run("Go").on(&rt).cancellation(token.clone()).stream();
    for _ in 0..4 {
        stream.next().await.expect("an event").expect("a delta");
    }
    assert_eq!(model.open(), 1);
    token.cancel();
    token.cancel();
    let error = last_error(stream).await;
    assert!(matches!(error.kind(), ErrorKind::Cancelled), "{error:?}");
    assert_eq!(model.open(), 0, "the connection is closed");
    assert_kept(&error);
    let total = error.bill().total();
    assert_eq!((total.exact(), error.bill().requests()), (None, 1), "it may have been paid for");

    let answer = agent.run("And now?").messages(error.history()).on(&rt).await.expect("an answer");
    assert_eq!(answer.output, "Here again");
    assert_closed(&model.asked()[1].messages);
}

#[tokio::test(start_paused = true)]
async fn behaviour_49_a_stream_whose_time_is_up_keeps_what_had_come() {
    let model = Scripted::new("test:model", [stalled()]);
    let rt = runtime(&model);
    let agent = agent().tool(echo("echo")).build().expect("an agent");
    let stream = agent.run("Go").on(&rt).timeout(Duration::from_secs(5)).stream();
    let error = last_error(stream).await;
    assert!(matches!(error.kind(), ErrorKind::DeadlinePassed), "{error:?}");
    assert_eq!(model.open(), 0);
    assert_kept(&error);
}

#[tokio::test(start_paused = true)]
async fn behaviour_49_a_tool_that_cancels_later_on_leaves_what_had_come() {
    let model = Scripted::new("test:model", [call("a", "later", r#"{"n":1}"#), stalled()]);
    let rt = runtime(&model);
    let later = tool("later", |_, run| async move {
        let run = run.detach();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(1)).await;
            run.cancel();
        });
        Ok("soon".to_owned())
    });
    let agent = agent().tool(later).tool(echo("echo")).build().expect("an agent");
    let error = last_error(agent.run("Go").on(&rt).stream()).await;
    assert!(matches!(error.kind(), ErrorKind::Cancelled), "{error:?}");
    assert_kept(&error);
    assert_eq!(error.bill().total().known(), REPLY);
}

#[tokio::test]
async fn behaviour_49_a_stream_that_is_cut_before_its_first_piece_leaves_no_empty_reply() {
    let model = Scripted::new("test:model", [Step::Stalls(vec![Delta::Text(String::new())])]);
    let rt = runtime(&model);
    let agent = agent().build().expect("an agent");
    let token = CancellationToken::new();
    let mut stream = agent.run("Go").on(&rt).cancellation(token.clone()).stream();
    stream.next().await.expect("an event").expect("an empty delta");
    token.cancel();
    let error = last_error(stream).await;
    assert_eq!(error.history()[..], [Message::user("Go")]);
}

/// The error that a provider gives: at request time, or after it has said and billed something.
fn overloaded(partial: Option<Response>) -> ModelError {
    let fault = ProviderFault::Overloaded;
    let error = ModelError::provider_fault(fault, "the provider is overloaded")
        .with_status(529)
        .with_code("overloaded_error");
    match partial {
        Some(partial) => error.with_partial(partial),
        None => error,
    }
}

#[tokio::test(start_paused = true)]
async fn behaviour_50_an_error_midway_is_the_same_as_at_request_time_and_keeps_the_usage() {
    let delta = |text: &str| Ok(StreamEvent::Delta(Delta::Text(text.to_owned())));
    let midway = vec![delta("Half"), Err(overloaded(Some(reply(vec![Part::text("Half")]))))];
    let mut told = Vec::new();
    for step in [Step::Events(midway), Step::Fail(overloaded(None))] {
        let model = Scripted::new("test:model", [step]);
        let rt = Runtime::builder()
            .model(model)
            .prices(prices())
            .retry(fastroai::RetryPolicy::never())
            .build();
        let agent = agent().build().expect("an agent");
        let error = last_error(agent.run("Go").on(&rt).stream()).await;
        let fault = error.model_error().expect("the model's own");
        told.push((fault.kind().clone(), fault.status(), fault.code().map(str::to_owned)));
        if told.len() == 1 {
            assert_eq!(error.bill().usage().total_tokens(), Some(15), "what was reported counts");
            assert_eq!(error.bill().total().known(), REPLY);
        }
        assert_closed(error.history());
    }
    assert_eq!(told[0], told[1]);
}

#[tokio::test(start_paused = true)]
async fn behaviour_50_an_error_midway_that_brings_nothing_along_leaves_what_was_shown() {
    let delta = |text: &str| Ok(StreamEvent::Delta(Delta::Text(text.to_owned())));
    let steps = [Step::Events(vec![delta("Once "), delta("upon"), Err(overloaded(None))])];
    let model = Scripted::new("test:model", steps);
    let rt = runtime(&model);
    let agent = agent().build().expect("an agent");
    let error = last_error(agent.run("Go").on(&rt).stream()).await;
    let Some(Message::Assistant(kept)) = error.history().last() else { panic!("what had come") };
    assert_eq!((kept.text().as_str(), kept.interrupted), ("Once upon", true));
}

/// Nobody waits for prices, and no budget is looked at, for a run that is cancelled already.
#[tokio::test]
async fn behaviour_48_a_cancelled_run_says_so_though_its_budget_is_spent_as_well() {
    let model = Scripted::new("test:model", [text("never asked for")]);
    let token = CancellationToken::new();
    token.cancel();
    let agent = agent().budget(fastroai::Cost::ZERO).build().expect("an agent");
    let error = agent.run("Go").on(&runtime(&model)).cancellation(token).await.expect_err("no");
    assert!(matches!(error.kind(), ErrorKind::Cancelled), "{error:?}");
    let error = agent.run("Go").on(&runtime(&model)).await.expect_err("no");
    assert!(matches!(error.kind(), ErrorKind::Budget { .. }), "{error:?}");
    assert!(model.asked().is_empty());
}
