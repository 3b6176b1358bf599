//! Tools beside one another: how many, in which order, and that none is left behind.

use std::sync::Arc;
use std::time::Duration;

use fastroai::prelude::*;
use fastroai::tool::{FunctionTool, ToolOptions, blocking, reply};
use fastroai::{Call, ErrorKind};
use tests::scripted::{Scripted, Step, calls, text};
use tokio::time::Instant;

use super::stage::{Counter, Number, agent, contents, echo, endless, results, runtime, tool};
use super::transcript::assert_closed;

/// A tool that takes as many seconds as its number says.
fn sleeper(name: &str) -> FunctionTool {
    tool(name, |n, _| async move {
        tokio::time::sleep(Duration::from_secs(n.into())).await;
        Ok(format!("slept {n}"))
    })
}

#[tokio::test(start_paused = true)]
async fn tools_of_one_reply_overlap_in_time_and_their_results_keep_the_order_of_the_calls() {
    let model = Scripted::new(
        "test:model",
        [
            calls(&[
                ("a", "sleep", r#"{"n":3}"#),
                ("b", "sleep", r#"{"n":1}"#),
                ("c", "sleep", r#"{"n":2}"#),
            ]),
            text("Done"),
        ],
    );
    let start = Instant::now();
    let agent = agent().tool(sleeper("sleep")).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(start.elapsed().as_secs(), 3, "as long as the slowest, not as all of them");
    assert_eq!(contents(&answer.messages), ["slept 3", "slept 1", "slept 2"]);
    let ids: Vec<_> = answer.tool_calls.iter().map(|call| call.id.as_str()).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    assert_eq!(answer.elapsed.as_secs(), 3);
}

#[tokio::test(start_paused = true)]
async fn no_more_tools_run_at_one_time_than_the_agent_allows() {
    let many: Vec<_> = (0..10).map(|n| (format!("c{n}"), format!(r#"{{"n":{n}}}"#))).collect();
    let many: Vec<_> = many.iter().map(|(id, args)| (id.as_str(), "busy", args.as_str())).collect();
    let model = Scripted::new("test:model", [calls(&many), text("Done")]);
    let (now, most) = (Counter::default(), Counter::default());
    let (running, highest) = (now.clone(), most.clone());
    let busy = tool("busy", move |n, _| {
        let (running, highest) = (running.clone(), highest.clone());
        async move {
            highest.raise_to(running.raise() + 1);
            tokio::time::sleep(Duration::from_secs(1)).await;
            running.lower();
            Ok(format!("{n}"))
        }
    });
    let start = Instant::now();
    let agent =
        agent().tool(busy).configure(|config| config.max_concurrency(3)).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!((most.get(), start.elapsed().as_secs()), (3, 4));
    let expected: Vec<_> = (0..10).map(|n| n.to_string()).collect();
    assert_eq!(contents(&answer.messages), expected);
}

/// A tool that keeps a thread busy until it is told to stop, or for two seconds.
fn blocking_tool(name: &str, options: ToolOptions) -> FunctionTool {
    FunctionTool::new(name, "Blocks.", |_: Number, run: RunContext<'static>| async move {
        let stop = run.cancellation();
        blocking(move || {
            let until = std::time::Instant::now() + Duration::from_secs(2);
            while std::time::Instant::now() < until && !stop.is_cancelled() {
                std::thread::sleep(Duration::from_millis(5));
            }
            let told = if stop.is_cancelled() { "stopped" } else { "ran out" };
            reply::<_, ToolError>(Ok(told.to_owned()))
        })
        .await
    })
    .options(options)
}

#[tokio::test(flavor = "current_thread")]
async fn a_blocking_tool_holds_up_no_other_and_is_given_up_in_time() {
    let model = Scripted::new(
        "test:model",
        [calls(&[("a", "blocks", r#"{"n":1}"#), ("b", "quick", r#"{"n":2}"#)]), text("Done")],
    );
    let limit = ToolOptions { timeout: Duration::from_millis(300), ..ToolOptions::DEFAULT };
    let start = std::time::Instant::now();
    let quick_at = Arc::new(std::sync::OnceLock::new());
    let noted = quick_at.clone();
    let quick = tool("quick", move |_, _| {
        let noted = noted.clone();
        async move {
            tokio::time::sleep(Duration::from_millis(20)).await;
            let _ = noted.set(start.elapsed());
            Ok("quick".to_owned())
        }
    });
    let agent = agent().tool(blocking_tool("blocks", limit)).tool(quick).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(contents(&answer.messages), ["Timed out after 0.3 seconds.", "quick"]);
    assert!(*quick_at.get().expect("it ran") < Duration::from_millis(280));
    assert!(start.elapsed() < Duration::from_millis(1500), "nobody waited for the thread");
}

#[tokio::test(flavor = "current_thread")]
async fn an_attempt_that_is_given_up_is_told_so_even_on_a_thread() {
    let model =
        Scripted::new("test:model", [calls(&[("a", "blocks", r#"{"n":1}"#)]), text("Done")]);
    let told = Arc::new(std::sync::OnceLock::new());
    let noted = told.clone();
    let blocks =
        FunctionTool::new("blocks", "Blocks.", move |_: Number, run: RunContext<'static>| {
            let (noted, stop) = (noted.clone(), run.cancellation());
            async move {
                blocking(move || {
                    let start = std::time::Instant::now();
                    while !stop.is_cancelled() && start.elapsed() < Duration::from_secs(10) {
                        std::thread::sleep(Duration::from_millis(5));
                    }
                    let _ = noted.set(stop.is_cancelled());
                    reply::<_, ToolError>(Ok(""))
                })
                .await
            }
        });
    let limit = ToolOptions { timeout: Duration::from_millis(50), ..ToolOptions::DEFAULT };
    let agent = agent().tool(blocks.options(limit)).build().expect("an agent");
    agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    let start = std::time::Instant::now();
    while told.get().is_none() && start.elapsed() < Duration::from_secs(5) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(told.get(), Some(&true), "though the run itself went well");
}

#[tokio::test(start_paused = true)]
async fn a_dropped_run_drops_its_tools_and_fires_their_cancellation() {
    let model = Scripted::new(
        "test:model",
        [calls(&[
            ("a", "hang", r#"{"n":1}"#),
            ("b", "hang", r#"{"n":2}"#),
            ("c", "watch", r#"{"n":3}"#),
        ])],
    );
    let (dropped, fired) = (Counter::default(), Counter::default());
    let counted = fired.clone();
    let watch = tool("watch", move |_, run| {
        let (stop, counted) = (run.cancellation(), counted.clone());
        // A task of its own, which the drop of the run does not drop.
        tokio::spawn(async move {
            stop.cancelled().await;
            counted.raise();
        });
        std::future::pending()
    });
    let agent = agent().tool(endless("hang", &dropped)).tool(watch).build().expect("an agent");
    let rt = runtime(&model);
    let timed = tokio::time::timeout(Duration::from_secs(1), agent.run("Go").on(&rt)).await;
    assert!(timed.is_err());
    assert_eq!(dropped.get(), 2);
    tokio::task::yield_now().await;
    assert_eq!(fired.get(), 1);
}

/// A tool that fails ends neither the run nor its siblings: the model is told, and goes on. What
/// ends them is the end of the run; then what is done is kept, and the rest says what happened.
#[tokio::test(start_paused = true)]
async fn behaviour_27_a_failing_tool_leaves_its_siblings_alone() {
    let model = Scripted::new(
        "test:model",
        [calls(&[("a", "fails", r#"{"n":1}"#), ("b", "sleep", r#"{"n":2}"#)]), text("Done")],
    );
    let fails = tool("fails", |_, _| async { Err(ToolError::new("broken")) });
    let agent = agent().tool(fails).tool(sleeper("sleep")).build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(contents(&answer.messages)[1], "slept 2");
}

#[tokio::test(start_paused = true)]
async fn behaviour_27_when_a_tool_ends_the_run_its_siblings_are_dropped_and_results_kept() {
    let model = Scripted::new(
        "test:model",
        [calls(&[
            ("a", "hang", r#"{"n":1}"#),
            ("b", "echo", r#"{"n":2}"#),
            ("c", "stop", r#"{"n":3}"#),
            ("d", "hang", r#"{"n":4}"#),
        ])],
    );
    let dropped = Counter::default();
    let stop = tool("stop", |_, run| async move {
        tokio::time::sleep(Duration::from_secs(1)).await;
        run.cancel();
        Ok("stopped it".to_owned())
    });
    let agent = agent()
        .tool(endless("hang", &dropped))
        .tool(echo("echo"))
        .tool(stop)
        .build()
        .expect("an agent");
    let error = agent.run("Go").on(&runtime(&model)).await.expect_err("cancelled");
    assert!(matches!(error.kind(), ErrorKind::Cancelled), "{error:?}");
    assert_eq!(dropped.get(), 2, "none is left behind");
    let message = results(error.history())[0];
    assert!(message.interrupted);
    let outcomes: Vec<_> = message
        .results
        .iter()
        .map(|result| format!("{:?}", result.outcome).to_lowercase())
        .collect();
    assert_eq!(outcomes, ["interrupted", "success", "success", "interrupted"]);
    assert_closed(error.history());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_agent_runs_in_a_hundred_tasks_at_one_time() {
    let script = (0..100).map(|n| text(&format!("answer {n}")));
    let model = Scripted::new("test:model", script);
    let agent = Arc::new(agent().runtime(&runtime(&model)).build().expect("an agent"));
    let tasks: Vec<_> = (0..100)
        .map(|n| {
            let agent = Arc::clone(&agent);
            tokio::spawn(async move { agent.run(format!("question {n}")).await })
        })
        .collect();
    let mut answers = std::collections::BTreeSet::new();
    for task in tasks {
        let answer = task.await.expect("no panic").expect("an answer");
        assert_eq!((answer.bill.requests(), answer.new_messages().len()), (1, 2));
        answers.insert(answer.output);
    }
    assert_eq!(answers.len(), 100, "each run has an answer of its own");
}

#[tokio::test(start_paused = true)]
async fn calls_are_futures_for_join_all_and_timeout() {
    let model =
        Scripted::new("test:model", (0..3).map(|n| text(&n.to_string())).chain([Step::Hang]));
    let rt = runtime(&model);
    let agent = agent().build().expect("an agent");
    let asked = ["a", "b", "c"].map(|prompt| agent.run(prompt).on(&rt));
    let answers = futures_util::future::join_all(asked).await;
    assert_eq!(answers.into_iter().filter_map(Result::ok).count(), 3);
    let late = tokio::time::timeout(Duration::from_secs(5), agent.run("hangs").on(&rt)).await;
    assert!(late.is_err(), "the model hangs");
}

#[test]
fn a_call_can_cross_threads() {
    fn assert_send<T: Send>() {}
    fn assert_both<T: Send + Sync>() {}
    assert_send::<Call<'_, String>>();
    assert_send::<fastroai::agent::RunStream<'_, String>>();
    assert_send::<fastroai::AgentResponse<String>>();
    assert_both::<fastroai::Error>();
    assert_both::<Agent>();
    assert_both::<RunContext<'_>>();
}
