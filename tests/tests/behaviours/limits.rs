//! How often a run may ask and call.

use fastroai::providers::ToolOutcome;
use fastroai::{ErrorKind, ToolError};
use tests::scripted::{Scripted, Step, call, calls, text};

use super::stage::{Counter, agent, contents, echo, results, runtime, tool};
use super::transcript::assert_closed;

/// Calls of `echo` with these numbers, in one reply.
fn echoes(numbers: std::ops::Range<u32>) -> Step {
    let arguments: Vec<_> = numbers.map(|n| format!(r#"{{"n":{n}}}"#)).collect();
    calls(&arguments.iter().map(|it| ("", "echo", it.as_str())).collect::<Vec<_>>())
}

#[tokio::test]
async fn behaviour_29_where_one_call_of_a_reply_is_too_many_none_of_it_runs() {
    let ran = Counter::default();
    let count = ran.clone();
    let echo = tool("echo", move |n, _| {
        count.raise();
        async move { Ok(format!("got {n}")) }
    });
    let model = Scripted::new("test:model", [echoes(0..5), echoes(5..8)]);
    let agent =
        agent().tool(echo).configure(|config| config.max_tool_calls(6)).build().expect("an agent");
    let error = agent.run("Go").on(&runtime(&model)).await.expect_err("too many");
    assert!(matches!(error.kind(), ErrorKind::MaxToolCalls { limit: 6, asked: 8 }), "{error:?}");
    assert_eq!(ran.get(), 5);
    assert_closed(error.history());
}

#[tokio::test]
async fn behaviour_29_calls_that_failed_or_were_refused_are_not_counted() {
    let model = Scripted::new(
        "test:model",
        [
            calls(&[("", "broken", r#"{"n":1}"#), ("", "unknown", "{}")]),
            calls(&[("", "broken", r#"{"n":2}"#), ("", "echo", r#"{"m":1}"#)]),
            echoes(0..2),
            text("Done"),
        ],
    );
    let broken = tool("broken", |_, _| async { Err(ToolError::new("no")) });
    let agent = agent()
        .tool(echo("echo"))
        .tool(broken)
        .configure(|config| config.max_tool_calls(2))
        .build()
        .expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("two calls went well");
    assert_eq!(contents(&answer.messages)[4..], ["got 0", "got 1"]);
}

#[tokio::test]
async fn behaviour_29_none_at_all_is_a_limit_too() {
    let model = Scripted::new("test:model", [echoes(0..1)]);
    let agent = agent()
        .tool(echo("echo"))
        .configure(|config| config.max_tool_calls(0))
        .build()
        .expect("an agent");
    let error = agent.run("Go").on(&runtime(&model)).await.expect_err("none is allowed");
    assert!(matches!(error.kind(), ErrorKind::MaxToolCalls { limit: 0, asked: 1 }), "{error:?}");
    assert_eq!(results(error.history())[0].results[0].outcome, ToolOutcome::Interrupted);
}

#[tokio::test]
async fn behaviour_30_a_request_beyond_the_limit_is_refused_before_it_is_sent() {
    let model =
        Scripted::new("test:model", [call("a", "echo", r#"{"n":1}"#), text("never asked for")]);
    let agent = agent().tool(echo("echo")).max_turns(1).build().expect("an agent");
    let error = agent.run("Go").on(&runtime(&model)).await.expect_err("one request is allowed");
    assert!(matches!(error.kind(), ErrorKind::MaxTurns { limit: 1 }), "{error:?}");
    assert_eq!((model.asked().len(), error.bill().requests()), (1, 1));
    assert_eq!(contents(error.history()), ["got 1"]);
}
