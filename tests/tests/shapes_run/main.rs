//! What the attributes let through also runs: every shape of tool, over the offline model and over
//! a real inference server.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::unused_async, reason = "a tool may be async whatever it does")]

mod shapes;

use fastroai::money::Rates;
use fastroai::prelude::*;
use fastroai::providers::ToolOutcome;
use fastroai::tool::{ToolInfo, ToolOptions};
use tests::llama::{Server, TinyModel};
use tests::scripted::{Scripted, call, text};
use tests::spans::Spans;
use tests::{shared_or_skip, skip};
use tracing_subscriber::layer::SubscriberExt;

use shapes::{
    AgentFunction, Aliases, Blocking, InnerAgent, Log, Method, TracedAbove, TracedBelow, flaky,
};

/// Asks an agent of each shape, and gives what was called of each, with the requests that it took.
async fn all_shapes(model: &str, runtime: &Runtime) -> Vec<(&'static str, Vec<String>, usize)> {
    let mut called = Vec::new();
    macro_rules! ask {
        ($($agent:ident),*) => { $(
            let log = Log::default();
            let agent = $agent::new(&log);
            let answer = agent.run("Umbrella?").model(model).on(runtime).await;
            let answer = answer.unwrap_or_else(|error| panic!("{}: {error:?}", stringify!($agent)));
            assert_eq!(answer.tool_calls.len(), 1, "{}: {answer:?}", stringify!($agent));
            assert!(answer.tool_calls[0].outcome == ToolOutcome::Success, "{}: {answer:?}", stringify!($agent));
            called.push((stringify!($agent), log.taken(), answer.bill.requests()));
        )* };
    }
    ask!(Blocking, TracedBelow, TracedAbove, Method, Aliases, AgentFunction, InnerAgent);
    called
}

#[tokio::test]
async fn tools_of_every_shape_run_over_the_offline_model() {
    let runtime = Runtime::default();
    for (shape, called, requests) in all_shapes("offline:demo", &runtime).await {
        if shape == "InnerAgent" {
            assert_eq!((called.len(), requests), (0, 3), "{shape}");
            continue;
        }
        let [city] = called.as_slice() else { panic!("{shape}: {called:?}") };
        assert!(!city.is_empty(), "{shape}");
        assert_eq!(requests, if shape == "AgentFunction" { 3 } else { 2 }, "{shape}");
    }
}

#[tokio::test]
async fn tools_of_every_shape_run_on_a_real_server() {
    let test = "tools_of_every_shape_run_on_a_real_server";
    let Some(shared) = shared_or_skip(test) else { return };
    let server = match Server::of_process(TinyModel::Plain, &shared) {
        Ok(server) => server,
        Err(error) => return skip(test, &error),
    };
    let runtime = Runtime::builder()
        .base_url("openai", format!("{}/v1", server.url()))
        .price("tiny", Rates::FREE)
        .expect("a pattern")
        .build();
    for (shape, called, _) in all_shapes("openai:tiny", &runtime).await {
        if shape != "InnerAgent" {
            assert_eq!(called, ["Paris"], "{shape}");
        }
    }
}

#[tokio::test]
async fn the_span_of_an_instrumented_tool_lies_in_that_of_its_call_in_both_orders() {
    let spans = Spans::default();
    let subscriber = tracing_subscriber::registry().with(spans.layer());
    let _guard = tracing::subscriber::set_default(subscriber);
    let runtime = Runtime::default();
    TracedBelow::new(&Log::default()).run("Umbrella?").on(&runtime).await.expect("an answer");
    TracedAbove::new(&Log::default()).run("Umbrella?").on(&runtime).await.expect("an answer");
    for name in ["traced_below", "traced_above"] {
        let span = spans.one(name);
        assert!(span.text("city").is_some() && span.closed, "{span:?}");
        let paths = spans.paths();
        let path = paths.iter().find(|path| path.ends_with(name)).expect("a path");
        assert!(path.contains("execute_tool"), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_span_of_an_instrumented_tool_is_entered_on_every_attempt() {
    let spans = Spans::default();
    let subscriber = tracing_subscriber::registry().with(spans.layer());
    let _guard = tracing::subscriber::set_default(subscriber);
    let model = Scripted::new("offline:demo", [call("1", "flaky", "{}"), text("done")]);
    let runtime = Runtime::builder().model(model).build();
    let answer = shapes::Flaky::default().run("Go").on(&runtime).await.expect("an answer");
    assert_eq!(answer.tool_calls[0].attempts, 3);
    assert_eq!(spans.named("flaky").len(), 3);
    assert_eq!(flaky::OPTIONS.attempts, 3);
}

#[tokio::test]
async fn a_tool_that_polls_may_say_the_same_as_often_as_it_takes() {
    assert_eq!(shapes::is_ready::OPTIONS, ToolOptions { polling: true, ..ToolOptions::DEFAULT });
    assert_eq!(shapes::is_done::OPTIONS, ToolOptions::DEFAULT);
    let same = |tool: &'static str| (0..6).map(move |turn| call(&format!("c{turn}"), tool, "{}"));
    let model = Scripted::new("offline:demo", same("is_ready").chain([text("Ready")]));
    let runtime = Runtime::builder().model(model).build();
    let answer = shapes::Waiting.run("Wait for it.").on(&runtime).await.expect("an answer");
    assert_eq!(answer.tool_calls.len(), 6);

    let model = Scripted::new("offline:demo", same("is_done").chain([text("Done")]));
    let runtime = Runtime::builder().model(model).build();
    let error = shapes::Waiting.run("Wait for it.").on(&runtime).await.expect_err("a loop");
    assert!(error.to_string().contains("is_done"), "{error}");
}
