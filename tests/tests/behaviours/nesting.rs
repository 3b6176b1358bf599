//! Agents inside the tools of agents.

use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

use fastroai::ErrorKind;
use fastroai::money::{Cost, Prices, Rates};
use fastroai::prelude::*;
use fastroai::providers::ToolOutcome;
use fastroai::tool::{FunctionTool, ToolOptions};
use tests::scripted::{Scripted, Step, call, dear, text};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::stage::{Counter, FOR_ONE, agent, contents, endless, results, runtime, tool};
use super::transcript::assert_closed;

/// A runtime with the models `test:model` and `test:inner`.
fn two(outer: &Scripted, inner: &Scripted) -> Runtime {
    let rates = Rates::per_million("1", "1").expect("two prices");
    let prices = Prices::unlisted().with_override("test:*", rates).expect("a pattern");
    Runtime::builder().model(outer.clone()).model(inner.clone()).prices(prices).build()
}

fn inner_agent() -> fastroai::agent::AgentBuilder {
    Agent::builder().model("test:inner")
}

/// A tool that asks `inner`, which takes the runtime of the run around it, and fails as it does.
fn asks(inner: Agent) -> FunctionTool {
    let inner = Arc::new(inner);
    tool("ask", move |n, _| {
        let inner = Arc::clone(&inner);
        async move { Ok(inner.run(format!("question {n}")).await?.output) }
    })
}

#[tokio::test]
async fn the_bill_of_an_inner_run_is_on_the_outer_one_too() {
    let outer = Scripted::new("test:model", [call("a", "ask", r#"{"n":1}"#), text("Done")]);
    let inner = Scripted::new("test:inner", [text("forty-two")]);
    let agent = agent().tool(asks(inner_agent().build().expect("inner"))).build().expect("outer");
    let answer = agent.run("Go").on(&two(&outer, &inner)).await.expect("an answer");
    assert_eq!(contents(&answer.messages), ["forty-two"]);
    let models: Vec<_> = answer.bill.lines().iter().map(|line| line.model.as_str()).collect();
    assert_eq!(models, ["model", "inner", "model"]);
    assert_eq!(answer.cost, Cost::from_microdollars(3 * 15));
    assert_eq!(answer.usage.total_tokens(), Some(45));
    assert_eq!(answer.requests, 2, "those of this run itself");
}

#[tokio::test(start_paused = true)]
async fn an_inner_run_has_no_more_time_than_the_outer_one() {
    let outer = Scripted::new("test:model", [call("a", "ask", r#"{"n":1}"#)]);
    let inner = Scripted::new("test:inner", [Step::Hang]);
    let left = Arc::new(Mutex::new(None));
    let (seen, dropped) = (left.clone(), Counter::default());
    let counted = dropped.clone();
    let ask = tool("ask", move |_, run| {
        *seen.lock().expect("no panic") = run.time_left();
        let guard = counted.guard();
        async move {
            let _guard = guard;
            let inner = inner_agent().timeout(Duration::from_secs(3_600)).build()?;
            Ok(inner.run("Hang").await?.output)
        }
    });
    let start = Instant::now();
    let agent = agent().timeout(Duration::from_secs(5)).tool(ask).build().expect("an agent");
    let error = agent.run("Go").on(&two(&outer, &inner)).await.expect_err("5 seconds");
    assert!(matches!(error.kind(), ErrorKind::DeadlinePassed), "{error:?}");
    assert_eq!(start.elapsed().as_secs(), 5);
    assert_eq!((*left.lock().expect("no panic"), dropped.get()), (Some(Duration::from_secs(5)), 1));
    assert_eq!(results(error.history())[0].results[0].outcome, ToolOutcome::Interrupted);
    assert_closed(error.history());
}

#[tokio::test(start_paused = true)]
async fn an_inner_run_that_outlasts_its_tool_is_a_timeout_of_the_tool() {
    let outer = Scripted::new("test:model", [call("a", "ask", r#"{"n":1}"#), text("Done")]);
    let inner = Scripted::new("test:inner", [Step::Hang]);
    let limit = ToolOptions { timeout: Duration::from_secs(2), ..ToolOptions::DEFAULT };
    let ask = asks(inner_agent().build().expect("an agent")).options(limit);
    let agent = agent().tool(ask).build().expect("an agent");
    let answer = agent.run("Go").on(&two(&outer, &inner)).await.expect("an answer");
    assert_eq!(contents(&answer.messages), ["Timed out after 2 seconds."]);
}

#[tokio::test(start_paused = true)]
async fn cancelling_the_outer_run_stops_the_inner_one_and_is_not_taken_for_its_answer() {
    let outer = Scripted::new("test:model", [call("a", "ask", r#"{"n":1}"#), text("never asked")]);
    let inner = Scripted::new("test:inner", [call("b", "hang", r#"{"n":1}"#)]);
    let dropped = Counter::default();
    let inner_agent = inner_agent().tool(endless("hang", &dropped)).build().expect("an agent");
    let agent = agent().tool(asks(inner_agent)).build().expect("an agent");
    let token = CancellationToken::new();
    let later = token.clone();
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        later.cancel();
    });
    let rt = two(&outer, &inner);
    let error = agent.run("Go").on(&rt).cancellation(token).await.expect_err("cancelled");
    assert!(matches!(error.kind(), ErrorKind::Cancelled), "{error:?}");
    assert_eq!(dropped.get(), 1);
    assert_eq!(error.bill().requests(), 2, "what the inner run spent is on the bill");
    assert_closed(error.history());
}

#[tokio::test]
async fn an_inner_run_may_not_spend_more_than_the_outer_one() {
    let outer = Scripted::new("test:model", [dear(call("a", "ask", r#"{"n":1}"#))]);
    let inner = Scripted::new("test:inner", [text("never asked for")]);
    let seen = Arc::new(Mutex::new(String::new()));
    let noted = seen.clone();
    let ask = tool("ask", move |_, _| {
        let noted = noted.clone();
        async move {
            let inner = inner_agent().build()?;
            let error = inner.run("Go").await.expect_err("nothing is left");
            *noted.lock().expect("no panic") = format!("{:?}", error.kind());
            Err(error.into())
        }
    });
    let agent = agent().budget(FOR_ONE).tool(ask).build().expect("an agent");
    let error = agent.run("Go").on(&two(&outer, &inner)).await.expect_err("it is spent");
    assert!(seen.lock().expect("no panic").starts_with("Budget"));
    assert!(matches!(error.kind(), ErrorKind::Budget { budget, .. } if *budget == FOR_ONE));
    assert!(inner.asked().is_empty());
}

/// An agent whose tool asks the agent itself.
fn ouroboros() -> &'static Agent {
    static DEEPEST: LazyLock<Agent> = LazyLock::new(|| {
        let again = tool("again", |n, _| async move {
            match ouroboros().run(format!("level {n}")).await {
                Ok(answer) => Ok(answer.output),
                Err(error) => {
                    assert!(matches!(error.kind(), ErrorKind::TooDeep), "{error:?}");
                    assert_closed(error.history());
                    Ok("too deep".to_owned())
                }
            }
        });
        agent().tool(again).build().expect("an agent")
    });
    &DEEPEST
}

#[tokio::test]
async fn agents_may_call_agents_only_so_deep() {
    let down = (0..8).map(|n| call("a", "again", &format!(r#"{{"n":{n}}}"#)));
    let up = (0..8).map(|n| text(&format!("up {n}")));
    let model = Scripted::new("test:model", down.chain(up));
    let answer = ouroboros().run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(answer.output, "up 7");
    assert_eq!(model.asked().len(), 16, "8 runs, two requests each");
    assert_eq!(answer.bill.requests(), 16, "all on the outermost bill");
}

#[tokio::test]
async fn a_task_of_fastroai_spawn_keeps_the_scope_and_a_bare_one_does_not() {
    let outer = Scripted::new(
        "test:model",
        [call("a", "kept", r#"{"n":1}"#), call("b", "bare", r#"{"n":1}"#), text("Done")],
    );
    let inner = Scripted::new("test:inner", [text("on the bill"), text("not on the bill")]);
    let rt = two(&outer, &inner);
    let kept = tool("kept", |_, _| async {
        let task = fastroai::spawn(async {
            let inner = inner_agent().build().expect("an agent");
            inner.run("Go").await.map(|answer| answer.output)
        });
        Ok(task.await??)
    });
    let given = rt.clone();
    let bare = tool("bare", move |_, _| {
        let rt = given.clone();
        async move {
            let task = tokio::spawn(async move {
                let inner = inner_agent().build().expect("an agent");
                inner.run("Go").on(&rt).await.map(|answer| answer.output)
            });
            Ok(task.await??)
        }
    });
    let agent = agent().tool(kept).tool(bare).build().expect("an agent");
    let answer = agent.run("Go").on(&rt).await.expect("an answer");
    assert_eq!(contents(&answer.messages), ["on the bill", "not on the bill"]);
    let inner_lines = answer.bill.lines().iter().filter(|line| line.model == "inner");
    assert_eq!(inner_lines.count(), 1);
}

#[tokio::test]
async fn a_thread_of_fastroai_spawn_blocking_keeps_the_scope() {
    let outer = Scripted::new("test:model", [call("a", "thread", r#"{"n":1}"#), text("Done")]);
    let inner = Scripted::new("test:inner", [text("from a thread")]);
    let thread = tool("thread", |_, _| async {
        let handle = tokio::runtime::Handle::current();
        let task = fastroai::spawn_blocking(move || {
            let inner = inner_agent().build().expect("an agent");
            handle.block_on(async { inner.run("Go").await }).map(|answer| answer.output)
        });
        Ok(task.await??)
    });
    let agent = agent().tool(thread).build().expect("an agent");
    let answer = agent.run("Go").on(&two(&outer, &inner)).await.expect("an answer");
    assert_eq!(contents(&answer.messages), ["from a thread"]);
    assert_eq!(answer.bill.requests(), 3);
}
