//! What the trace tells: spans after the OpenTelemetry conventions, and no content.

use std::convert::Infallible;
use std::time::Duration;

use fastroai::providers::error::ProviderFault;
use fastroai::tool::FunctionTool;
use fastroai::{Agent, ErrorKind, Runtime, ToolError};
use tests::scripted::{Scripted, Step, call, calls, text};
use tests::spans::{Spans, Value};
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::retries::{fault, throttled};
use crate::rig::{MODEL, Nothing, Number, agent, double, prices, runtime, script};

/// Captures what happens on this thread, until the guard is dropped.
fn capture() -> (Spans, DefaultGuard) {
    let spans = Spans::default();
    let subscriber = tracing_subscriber::registry().with(spans.layer());
    (spans, tracing::subscriber::set_default(subscriber))
}

#[tokio::test(start_paused = true)]
async fn a_run_is_a_tree_of_invoke_agent_chat_and_execute_tool() {
    let (spans, _guard) = capture();
    let model = script([
        calls(&[("a", "double", r#"{"n": 1}"#), ("b", "double", r#"{"n": 2}"#)]),
        text("Done."),
    ]);
    let agent = agent().tool(double().0).build().unwrap();
    agent.run("hello").on(&runtime(&model)).await.unwrap();
    assert_eq!(
        spans.paths(),
        [
            "invoke_agent tester",
            "invoke_agent tester > chat one",
            "invoke_agent tester > chat one",
            "invoke_agent tester > execute_tool double",
            "invoke_agent tester > execute_tool double",
        ]
    );
    assert!(spans.all().iter().all(|span| span.closed));
}

#[tokio::test(start_paused = true)]
async fn agents_inside_concurrent_tools_nest_under_the_call_that_runs_them() {
    let (spans, _guard) = capture();
    let ask = |name: &'static str, spawned: bool| {
        FunctionTool::new(name, "Asks another agent.", move |number: Number, _run| async move {
            let asking = async move {
                tokio::time::sleep(Duration::from_millis(number.n.unsigned_abs())).await;
                let inner = Agent::builder().name(name).model("test:inner").build().unwrap();
                inner.run("hello").await.map(|answer| answer.output)
            };
            if spawned { fastroai::spawn(asking).await.unwrap() } else { asking.await }
        })
    };
    let inner = Scripted::new("test:inner", [text("A."), text("B."), text("C.")]);
    let outer = script([
        calls(&[
            ("a", "slow", r#"{"n": 30}"#),
            ("b", "quick", r#"{"n": 10}"#),
            ("c", "spawned", r#"{"n": 20}"#),
        ]),
        text("Done."),
    ]);
    let on = Runtime::builder().model(inner).model(outer).prices(prices()).build();
    let agent = agent()
        .tool(ask("slow", false))
        .tool(ask("quick", false))
        .tool(ask("spawned", true))
        .build()
        .unwrap();
    agent.run("hello").on(&on).await.unwrap();
    for name in ["slow", "quick", "spawned"] {
        let path =
            format!("invoke_agent tester > execute_tool {name} > invoke_agent {name} > chat inner");
        assert!(spans.paths().contains(&path), "{path}: {:#?}", spans.paths());
    }
    assert_eq!(spans.all().len(), 1 + 2 + 3 * 3);
}

#[tokio::test(start_paused = true)]
async fn spans_carry_the_names_of_the_conventions_with_signed_numbers() {
    let (spans, _guard) = capture();
    let mut first = tests::scripted::reply(vec![fastroai::providers::Part::text("Done.")]);
    first.id = Some("msg_1".to_owned());
    first.model = Some("one-2026".to_owned());
    first.finish_reason_raw = Some("end_turn".to_owned());
    first.usage.cache_read_tokens = Some(4);
    first.usage.reasoning_tokens = Some(3);
    let model =
        script([Step::Fail(throttled()), call("a", "double", r#"{"n": 1}"#), Step::Reply(first)]);
    let agent = agent().tool(double().0).temperature(0.5).max_tokens(100).build().unwrap();
    let answer = agent.run("hello").on(&runtime(&model)).run_id("run-7").await.unwrap();

    let run = spans.one("invoke_agent tester");
    assert_eq!(run.text("gen_ai.operation.name"), Some("invoke_agent"));
    assert_eq!(run.text("gen_ai.agent.name"), Some("tester"));
    assert_eq!(run.text("gen_ai.provider.name"), Some("test"));
    assert_eq!(run.text("gen_ai.request.model"), Some("one"));
    assert_eq!(run.text("fastroai.run.id"), Some("run-7"));
    assert_eq!(run.text("otel.kind"), Some("internal"));

    let chats = spans.named("chat one");
    assert_eq!(chats[0].number("fastroai.attempts"), Some(2));
    let chat = &chats[1];
    assert_eq!(chat.text("otel.kind"), Some("client"));
    assert_eq!(chat.text("gen_ai.operation.name"), Some("chat"));
    assert_eq!(chat.text("gen_ai.provider.name"), Some("test"));
    assert_eq!(chat.text("gen_ai.request.model"), Some("one"));
    assert_eq!(chat.text("gen_ai.response.model"), Some("one-2026"));
    assert_eq!(chat.text("gen_ai.response.id"), Some("msg_1"));
    assert_eq!(chat.text("gen_ai.response.finish_reasons"), Some(r#"["end_turn"]"#));
    assert_eq!(chat.number("gen_ai.request.max_tokens"), Some(100));
    assert_eq!(chat.fields.get("gen_ai.request.temperature"), Some(&Value::F64(0.5)));
    assert_eq!(chat.fields.get("gen_ai.request.stream"), Some(&Value::Bool(false)));
    assert_eq!(chat.number("gen_ai.usage.input_tokens"), Some(10));
    assert_eq!(chat.number("gen_ai.usage.output_tokens"), Some(5));
    assert_eq!(chat.number("gen_ai.usage.cache_read.input_tokens"), Some(4));
    assert_eq!(chat.number("gen_ai.usage.reasoning.output_tokens"), Some(3));
    let spent: f64 = chats
        .iter()
        .map(|chat| match chat.fields.get("operation.cost") {
            Some(Value::F64(cost)) => *cost,
            other => panic!("no cost: {other:?}"),
        })
        .sum();
    assert!((spent - answer.cost.known().dollars()).abs() < 1e-12);

    let tool = spans.one("execute_tool double");
    assert_eq!(tool.text("gen_ai.operation.name"), Some("execute_tool"));
    assert_eq!(tool.text("gen_ai.tool.name"), Some("double"));
    assert_eq!(tool.text("gen_ai.tool.call.id"), Some("a"));
    assert_eq!(tool.text("gen_ai.tool.type"), Some("function"));

    for span in spans.all() {
        let unsigned = span.fields.values().any(|value| matches!(value, Value::U64(_)));
        assert!(!unsigned, "{span:?}");
        assert!(!span.fields.contains_key("error.type"), "{span:?}");
        assert!(!span.fields.contains_key("otel.status_code"), "{span:?}");
        let spends = span.fields.keys().any(|name| name.contains("usage") || name.contains("cost"));
        assert_eq!(spends, span.name == "chat one", "{span:?}");
    }
    for event in spans.events() {
        assert!(!event.values().any(|value| matches!(value, Value::U64(_))), "{event:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn spans_add_up_to_the_bill_though_attempts_fail_after_they_have_used_something() {
    let half = || {
        let partial = tests::scripted::reply(vec![fastroai::providers::Part::text("Half")]);
        Step::Fail(fault(ProviderFault::Overloaded, 529).with_partial(partial))
    };
    let (spans, _guard) = capture();
    let model = script([half(), call("a", "double", r#"{"n": 1}"#), half(), half(), half()]);
    let agent = agent().tool(double().0).build().unwrap();
    let error = agent.run("hello").on(&runtime(&model)).await.unwrap_err();
    let chats = spans.named("chat one");
    let sum = |field: &str| chats.iter().filter_map(|chat| chat.number(field)).sum::<i64>();
    let usage = error.bill().usage();
    assert_eq!(Some(sum("gen_ai.usage.input_tokens").unsigned_abs()), usage.input_tokens);
    assert_eq!(Some(sum("gen_ai.usage.output_tokens").unsigned_abs()), usage.output_tokens);
    let spent: f64 = chats
        .iter()
        .filter_map(|chat| match chat.fields.get("operation.cost") {
            Some(Value::F64(cost)) => Some(*cost),
            _ => None,
        })
        .sum();
    assert_eq!(error.bill().requests(), 5);
    assert!((spent - error.bill().total().known().dollars()).abs() < 1e-12, "{spent}");
}

#[tokio::test(start_paused = true)]
async fn each_model_that_is_asked_has_a_span_of_its_own() {
    let (spans, _guard) = capture();
    let model = script((0..3).map(|_| Step::Fail(throttled())));
    let other = Scripted::new("anthropic:two", [text("Done.")]);
    let on = Runtime::builder().model(model).model(other).prices(prices()).build();
    agent().fallback(["anthropic:two"]).build().unwrap().run("hello").on(&on).await.unwrap();
    let chats = ["invoke_agent tester > chat one", "invoke_agent tester > chat two"];
    assert_eq!(spans.paths(), ["invoke_agent tester", chats[0], chats[1]]);
    assert_failed(&spans, "chat one", "provider");
    let (one, two) = (spans.one("chat one"), spans.one("chat two"));
    assert_eq!(
        (one.number("fastroai.attempts"), two.number("fastroai.attempts")),
        (Some(3), Some(1))
    );
    assert_eq!(
        (one.text("gen_ai.provider.name"), two.text("gen_ai.provider.name")),
        (Some("test"), Some("anthropic"))
    );
    assert_eq!(two.text("error.type"), None);
}

#[tokio::test(start_paused = true)]
async fn a_streamed_request_says_so() {
    use futures_util::StreamExt as _;
    let (spans, _guard) = capture();
    let model = script([text("Done.")]);
    let agent = agent().build().unwrap();
    let on = runtime(&model);
    agent.run("hello").on(&on).stream().for_each(|_| async {}).await;
    let chat = spans.one("chat one");
    assert_eq!(chat.fields.get("gen_ai.request.stream"), Some(&Value::Bool(true)));
    assert_eq!(chat.number("gen_ai.usage.input_tokens"), Some(10));
}

fn assert_failed(spans: &Spans, name: &str, kind: &str) {
    let span = spans.one(name);
    assert_eq!(span.text("error.type"), Some(kind), "{name}");
    assert_eq!(span.text("otel.status_code"), Some("ERROR"), "{name}");
}

#[tokio::test(start_paused = true)]
async fn a_failed_request_fails_its_span_and_that_of_the_run() {
    let (spans, _guard) = capture();
    let refused = fault(ProviderFault::InvalidRequest, 400).with_code("bad_schema");
    let model = script([Step::Fail(refused)]);
    let agent = agent().build().unwrap();
    agent.run("hello").on(&runtime(&model)).await.unwrap_err();
    assert_failed(&spans, "chat one", "bad_schema");
    assert_failed(&spans, "invoke_agent tester", "provider");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_fails_before_it_has_a_model_has_a_span_that_says_so() {
    for (name, provider, asked) in
        [("nobody:large", Some("nobody"), Some("large")), ("large\n", None, None)]
    {
        let (spans, _guard) = capture();
        let agent = agent().build().unwrap();
        let model = script([]);
        let error = agent.run("hello").model(name).on(&runtime(&model)).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Model(_)), "{error:?}");
        assert_failed(&spans, "invoke_agent tester", "config");
        let span = spans.one("invoke_agent tester");
        assert_eq!(span.text("fastroai.run.id"), Some(error.run_id()));
        assert_eq!(span.text("gen_ai.provider.name"), provider);
        assert_eq!(span.text("gen_ai.request.model"), asked);
        assert!(span.closed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failed_tool_fails_its_own_span_only() {
    for (how, kind) in [(0, "failed"), (1, "panicked"), (2, "timed_out"), (3, "retry")] {
        let (spans, _guard) = capture();
        let tool = FunctionTool::new("fail", "Fails.", move |_: Nothing, _run| async move {
            match how {
                0 => Err(ToolError::new("broken")),
                1 => panic!("broken"),
                2 => std::future::pending::<Result<u8, ToolError>>().await,
                _ => Err(ToolError::retry("not so")),
            }
        });
        let model = script([call("a", "fail", "{}"), text("No.")]);
        let agent = agent().tool(tool).build().unwrap();
        agent.run("hello").on(&runtime(&model)).await.unwrap();
        assert_failed(&spans, "execute_tool fail", kind);
        assert_eq!(spans.one("invoke_agent tester").text("error.type"), None);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_given_up_ends_as_a_failure_in_the_trace() {
    let (spans, guard) = capture();
    let model = script([Step::Hang]);
    let agent = agent().build().unwrap();
    let on = runtime(&model);
    let running = agent.run("hello").on(&on).timeout(Duration::from_secs(1));
    let error = running.await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::DeadlinePassed));
    assert_failed(&spans, "chat one", "cancelled");
    assert_failed(&spans, "invoke_agent tester", "deadline");
    drop(guard);

    let (spans, _guard) = capture();
    let model = script([call("a", "wait", "{}")]);
    let wait = FunctionTool::new("wait", "Waits.", |_: Nothing, _run| {
        std::future::pending::<Result<u8, Infallible>>()
    });
    let agent = crate::rig::agent().tool(wait).build().unwrap();
    let on = runtime(&model);
    let running = agent.run("hello").on(&on);
    tokio::time::timeout(Duration::from_secs(1), running).await.unwrap_err();
    assert_failed(&spans, "execute_tool wait", "cancelled");
    assert_failed(&spans, "invoke_agent tester", "cancelled");
    assert!(spans.all().iter().all(|span| span.closed));
}

#[tokio::test(start_paused = true)]
async fn text_from_outside_cannot_break_a_line_of_the_log() {
    let (spans, _guard) = capture();
    let mut odd = tests::scripted::reply(vec![fastroai::providers::Part::text("Done.")]);
    odd.finish_reason_raw = Some("stop\"]\nERROR forged".to_owned());
    let model = script([Step::Reply(odd)]);
    let agent = agent().build().unwrap();
    let answer = agent.run("hello").on(&runtime(&model)).await.unwrap();
    let chat = spans.one("chat one");
    let reasons = chat.text("gen_ai.response.finish_reasons").unwrap();
    assert!(!reasons.contains('\n'), "{reasons}");
    assert_eq!(answer.bill.lines()[0].provider, MODEL.split(':').next().unwrap());
}
