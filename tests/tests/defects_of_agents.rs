//! Defects of the Python library of this name that agents and streams must not have. Each test
//! would fail if they had it.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::Duration;

use fastroai::money::{Budget, Cost, Prices, Rates};
use fastroai::prelude::*;
use fastroai::providers::{
    Delta, FinishReason, History, Message, Model, ModelError, ModelId, Part, Profile, Request,
    Response, ResponseStream, StreamEvent,
};
use fastroai::run::OUTPUT_TOOL;
use fastroai::tool::FunctionTool;
use fastroai::{Settings, usd};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use tests::scripted::{Scripted, Step, call, reply, text};

const MODEL: &str = "test:model";

#[derive(Debug, Deserialize, Serialize, JsonSchema, PartialEq)]
struct City {
    name: String,
    people: u32,
}

const LISBON: &str = r#"{"name":"Lisbon","people":545796}"#;

#[derive(Deserialize, JsonSchema)]
struct Number {
    n: u32,
}

fn echo() -> FunctionTool {
    FunctionTool::new("echo", "Says the number.", |it: Number, _| async move {
        Ok::<_, ToolError>(format!("got {}", it.n))
    })
}

/// A dollar for a million tokens: a scripted reply costs 15 millionths of one.
fn runtime(model: &Scripted) -> Runtime {
    let rates = Rates::per_million("1", "1").expect("two prices");
    let prices = Prices::unlisted().with_override("test:*", rates).expect("a pattern");
    Runtime::builder().model(model.clone()).prices(prices).build()
}

fn deltas(texts: &[&str]) -> Step {
    let pieces = texts.iter().map(|it| Ok(StreamEvent::Delta(Delta::Text((*it).to_owned()))));
    let done = Ok(StreamEvent::Done(Box::new(reply(vec![Part::text(texts.concat())]))));
    Step::Events(pieces.chain([done]).collect())
}

#[tokio::test]
async fn defect_29_a_print_loop_over_a_stream_prints_the_answer_once() {
    let model = Scripted::new(MODEL, [deltas(&["Hello ", "big ", "world"])]);
    let rt = runtime(&model);
    let agent = Agent::builder().model(MODEL).build().expect("an agent");
    let mut stream = agent.run("Go").on(&rt).stream();
    let (mut printed, mut output) = (String::new(), String::new());
    while let Some(event) = stream.next().await {
        match event.expect("no error") {
            AgentEvent::Text(delta) => printed.push_str(&delta),
            AgentEvent::Done(response) => output = response.output,
            _ => {}
        }
    }
    assert_eq!((printed.as_str(), output.as_str()), ("Hello big world", "Hello big world"));
}

#[tokio::test]
async fn defect_30_a_typed_answer_is_streamed_with_its_tools_its_thoughts_and_its_parts() {
    let mut thinking = fastroai::providers::Reasoning::default();
    thinking.text = "Hm".to_owned();
    let first = reply(vec![
        Part::Reasoning(thinking),
        Part::ToolCall(fastroai::providers::ToolCall::new("a", "echo", r#"{"n":1}"#)),
    ]);
    let model = Scripted::new(MODEL, [Step::Reply(first), text(LISBON)]);
    let rt = runtime(&model);
    let agent = Agent::builder().model(MODEL).tool(echo()).output::<City>();
    let agent = agent.build().expect("an agent");
    let mut stream = agent.run("Go").on(&rt).stream();
    let mut seen = Vec::new();
    while let Some(event) = stream.next().await {
        seen.push(match event.expect("no error") {
            AgentEvent::Reasoning(_) => "reasoning",
            AgentEvent::ToolCall(_) => "call",
            AgentEvent::ToolResult(_) => "result",
            AgentEvent::Cost(_) => "cost",
            AgentEvent::Partial(_) => "partial",
            AgentEvent::Done(response) => {
                assert_eq!(response.output.name, "Lisbon");
                "done"
            }
            _ => "other",
        });
    }
    assert_eq!(seen, ["reasoning", "cost", "call", "result", "partial", "cost", "done"]);
}

#[tokio::test(start_paused = true)]
async fn defect_31_leaving_a_stream_closes_it_keeps_its_bill_and_harms_nothing_after_it() {
    let stalls = Step::Stalls(vec![Delta::Text("Once upon".to_owned())]);
    let model = Scripted::new(MODEL, [stalls, text("Hello")]);
    let rt = runtime(&model);
    let budget = Budget::new("tenant", usd!("1.00"));
    let agent = Agent::builder().model(MODEL).max_tokens(100).build().expect("an agent");
    {
        let mut stream = agent.run("A story").on(&rt).account(&budget).stream();
        while let Some(event) = stream.next().await {
            if matches!(event, Ok(AgentEvent::Text(_))) {
                break;
            }
        }
        assert_eq!((stream.bill().requests(), model.open()), (1, 1));
        assert_eq!(stream.bill().total().exact(), None, "nobody knows what it took");
    }
    assert_eq!(model.open(), 0, "the connection is closed");
    assert!(budget.possibly_paid() > Cost::ZERO, "what may have been spent is not spent again");
    // The same task goes on, with the same agent.
    let answer = agent.run("Hello").on(&rt).await.expect("the next run is not cancelled");
    assert_eq!(answer.output, "Hello");
}

#[test]
fn defect_34_an_option_that_does_not_exist_does_not_compile() {
    trybuild::TestCases::new().compile_fail("ui/agent/reject/options_of_others.rs");
}

#[tokio::test(start_paused = true)]
async fn defect_34_options_are_kept_and_a_time_may_be_shorter_than_a_second() {
    let agent = Agent::builder().model(MODEL).timeout(Duration::from_millis(250));
    let agent = agent.tool(echo()).build().expect("an agent");
    let model = Scripted::new(MODEL, [Step::Hang]);
    let start = tokio::time::Instant::now();
    let error = agent.run("Go").on(&runtime(&model)).await.expect_err("its time is up");
    assert!(matches!(error.kind(), fastroai::ErrorKind::DeadlinePassed), "{error:?}");
    assert_eq!(start.elapsed(), Duration::from_millis(250));
    assert_eq!(model.asked()[0].tools, ["echo"], "tools that were given are on offer");
}

#[tokio::test]
async fn defect_35_a_setting_of_a_call_replaces_that_one_and_no_other() {
    let model = Scripted::new(MODEL, [text("Hello")]);
    let agent = Agent::builder().model(MODEL).temperature(0.1).max_tokens(99);
    let agent = agent.build().expect("an agent");
    let warmer = Settings { temperature: Some(0.9), ..Settings::default() };
    agent.run("Go").settings(&warmer).on(&runtime(&model)).await.expect("an answer");
    let sent = &model.asked()[0].settings;
    assert_eq!((sent.temperature, sent.max_tokens), (Some(0.9), Some(99)));
}

/// A model that is someone's own, and answers what it was set to.
struct Own(ModelId, Profile);

impl Model for Own {
    fn id(&self) -> &ModelId {
        &self.0
    }

    fn profile(&self) -> &Profile {
        &self.1
    }

    fn request<'a>(
        &'a self,
        request: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<Response, ModelError>> {
        let settings = request.settings;
        let text = format!("{:?} {:?}", settings.temperature, settings.max_tokens);
        Box::pin(async move { Ok(reply(vec![Part::text(text)])) })
    }

    fn stream<'a>(
        &'a self,
        _: &'a Request<'a>,
    ) -> BoxFuture<'a, Result<ResponseStream, ModelError>> {
        Box::pin(async { Err(ModelError::config("it is not streamed here")) })
    }
}

#[tokio::test]
async fn defect_36_what_an_agent_was_set_to_stays_whatever_runs_it() {
    let own = || Own("mine:own".parse().expect("a name"), Profile::default());
    let rt = Runtime::builder().model(own()).build();
    let agent = Agent::builder().model("mine:own").temperature(0.0).max_tokens(99);
    let agent = agent.build().expect("an agent");
    let answer = agent.run("Go").on(&rt).await.expect("an answer");
    assert_eq!(answer.output, "Some(0.0) Some(99)");
    assert_eq!(answer.model, "own", "and the model that answered is named, no other");
}

#[tokio::test]
async fn defect_37_arguments_are_what_the_model_wrote_and_handing_in_is_no_tool_call() {
    let mut profile = Profile::default();
    profile.json_schema = false;
    let steps = [call("a", "echo", r#"{"n": 1}"#), call("b", OUTPUT_TOOL, LISBON)];
    let model = Scripted::with_profile(MODEL, profile, steps);
    let agent = Agent::builder().model(MODEL).tool(echo()).output::<City>();
    let agent = agent.build().expect("an agent");
    let answer = agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    let calls: Vec<_> =
        answer.tool_calls.iter().map(|it| (it.name.as_str(), it.arguments.as_str())).collect();
    assert_eq!(calls, [("echo", r#"{"n": 1}"#)]);
    // As another agent reads it, a typed output is JSON, and not how a debugger shows it.
    let inner =
        Agent::builder().model("openai:scripted").name("inner").description("Knows cities.");
    let inner = inner.output::<City>().build().expect("an agent");
    let outer = Outer { inner };
    let steps = [call("a", "inner", r#"{"prompt":"Lisbon"}"#), text(LISBON), text("Done")];
    let rt = runtime(&Scripted::new("openai:scripted", steps));
    let answer = outer.run("Go").on(&rt).await.expect("an answer");
    let read = answer.messages.iter().find_map(|message| match message {
        Message::Tool(tool) => Some(tool.results[0].content.as_str()),
        _ => None,
    });
    assert_eq!(
        read.map(serde_json::from_str::<City>).expect("a result").ok(),
        Some(City { name: "Lisbon".into(), people: 545_796 })
    );
}

/// You ask others.
#[agent(model = "openai:scripted", tools = [self.inner])]
struct Outer {
    inner: Agent<City>,
}

#[tokio::test]
async fn defect_38_a_conversation_is_stored_with_its_tool_turns_and_gone_on_from() {
    let model = Scripted::new(MODEL, [call("a", "echo", r#"{"n":1}"#), text("One"), text("Two")]);
    let rt = runtime(&model);
    let agent = Agent::builder().model(MODEL).tool(echo()).build().expect("an agent");
    let first = agent.run("Go").on(&rt).await.expect("an answer");
    assert_eq!(first.finish_reason, FinishReason::Stop);
    let stored = serde_json::to_string(&first.messages).expect("it can be stored");
    let read: History = serde_json::from_str(&stored).expect("and read");
    agent.run("Again").messages(read).on(&rt).await.expect("an answer");
    let sent = &model.asked()[2].messages;
    assert_eq!(sent[..first.messages.len()], first.messages[..], "all of it goes out again");
    assert!(sent.iter().any(|message| matches!(message, Message::Tool(_))));
}

#[tokio::test]
async fn defect_38_nothing_is_sent_that_nobody_set() {
    let model = Scripted::new(MODEL, [text("Hello")]);
    let agent = Agent::builder().model(MODEL).build().expect("an agent");
    agent.run("Go").on(&runtime(&model)).await.expect("an answer");
    assert_eq!(model.asked()[0].settings, Settings::default());
}

#[tokio::test]
async fn defect_38_a_model_may_be_anything_that_answers() {
    let rt = Runtime::builder().model(Own("mine:own".parse().expect("a name"), Profile::default()));
    let rt = rt.build();
    let agent = Agent::builder().model(MODEL).build().expect("an agent");
    let answer = agent.run("Go").model("mine:own").on(&rt).await.expect("an answer");
    assert_eq!(answer.output, "None None");
}
