//! Agents on a real inference server: the whole path, over every wire that it speaks, whole
//! and streamed.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::unused_async, reason = "a tool may be async whatever it does")]

use std::collections::BTreeMap;
use std::process::Command;

use fastroai::money::Rates;
use fastroai::prelude::*;
use fastroai::providers::{Connection, FinishReason, Message, Request, Settings};
use serde::Deserialize;
use tests::llama::{Server, TinyModel};
use tests::{shared_or_skip, skip};

const SENTENCE: &str = "Hello from the tiny test model: café 日本 🚀 ok.";

/// The names that reach the same server over its three wires.
const MODELS: [&str; 3] = ["openai:tiny", "openai-responses:tiny", "anthropic:tiny"];

struct Weather(BTreeMap<&'static str, &'static str>);

/// Current weather for a city.
#[safe_tool(effect = read_only, attempts = 2)]
async fn get_weather(
    /// City name, e.g. "Paris".
    city: String,
    #[context] weather: &Weather,
) -> Result<String, ToolError> {
    let found = weather.0.get(city.as_str());
    found.map(|text| (*text).to_owned()).ok_or_else(|| ToolError::retry("no such city"))
}

/// You are a travel assistant.
#[agent(model = "openai:tiny", tools = [get_weather], max_tokens = 200, timeout = "60s", price = free)]
struct Travel {
    weather: Weather,
}

#[derive(Debug, Deserialize, JsonSchema)]
struct Plan {
    city: String,
    stops: Vec<String>,
}

/// You plan trips.
#[agent(model = "openai:tiny", output = Plan, max_tokens = 200, timeout = "60s")]
struct Planner;

fn travel() -> Travel {
    Travel { weather: Weather(BTreeMap::from([("Paris", "clouds")])) }
}

fn server(test: &str, model: TinyModel) -> Option<&'static Server> {
    let shared = shared_or_skip(test)?;
    Server::of_process(model, &shared).map_err(|error| skip(test, &error)).ok()
}

/// Every wire as its vendor's own library would be pointed at a server.
fn runtime(server: &Server) -> Runtime {
    // Over Responses, this server passes a schema over: a typed answer comes by a tool there.
    let connection =
        Connection::new().profile("openai-responses:", |profile| profile.json_schema = false);
    Runtime::builder()
        .connection(connection)
        .base_url("openai", format!("{}/v1", server.url()))
        .base_url("openai-responses", format!("{}/v1", server.url()))
        .base_url("anthropic", server.url())
        .price("tiny", Rates::FREE)
        .expect("a pattern")
        .build()
}

#[tokio::test]
async fn a_tool_loop_runs_whole_over_every_wire() {
    let Some(server) = server("a_tool_loop_runs_whole_over_every_wire", TinyModel::Plain) else {
        return;
    };
    let (runtime, travel) = (runtime(server), travel());
    for model in MODELS {
        let answer = travel.run("Umbrella?").model(model).on(&runtime).await.expect(model);
        assert_eq!(answer.output, SENTENCE, "{model}");
        assert_eq!(answer.finish_reason, FinishReason::Stop, "{model}");
        assert_eq!((answer.requests, answer.messages.len()), (2, 4), "{model}");
        let [call] = answer.tool_calls.as_slice() else { panic!("{model}: {answer:?}") };
        assert_eq!(
            (call.name.as_str(), call.arguments.as_str()),
            ("get_weather", r#"{"city":"Paris"}"#)
        );
        assert_eq!(answer.cost, Cost::ZERO, "{model}");
        assert!(answer.usage.input_tokens > Some(0) && answer.usage.output_tokens > Some(0));
    }
}

#[tokio::test]
async fn a_tool_loop_runs_streamed_over_every_wire() {
    let Some(server) = server("a_tool_loop_runs_streamed_over_every_wire", TinyModel::Plain) else {
        return;
    };
    let (runtime, travel) = (runtime(server), travel());
    for model in MODELS {
        let mut events = travel.run("Umbrella?").model(model).on(&runtime).stream();
        let (mut text, mut order, mut end) = (String::new(), Vec::new(), None);
        while let Some(event) = events.next().await {
            match event.expect(model) {
                AgentEvent::Text(delta) => text.push_str(&delta),
                AgentEvent::ToolCall(call) => order.push(format!("call {}", call.id)),
                AgentEvent::ToolResult(result) => {
                    assert_eq!(result.content, "clouds", "{model}");
                    order.push(format!("result {}", result.call_id));
                }
                AgentEvent::Done(response) => end = Some(response),
                _ => {}
            }
        }
        let end = end.expect("the last event is the response");
        assert_eq!((text.as_str(), end.output.as_str()), (SENTENCE, SENTENCE), "{model}");
        let id = &end.tool_calls[0].id;
        assert_eq!(order, [format!("call {id}"), format!("result {id}")], "{model}");
    }
}

#[tokio::test]
async fn a_typed_answer_comes_by_schema_and_by_tool() {
    let test = "a_typed_answer_comes_by_schema_and_by_tool";
    let Some(server) = server(test, TinyModel::Plain) else { return };
    let runtime = runtime(server);
    for model in MODELS {
        let answer = Planner.run("Plan a trip").model(model).on(&runtime).await.expect(model);
        assert_eq!(answer.output.city, "Paris", "{model}");
        assert!(answer.output.stops.iter().all(|stop| stop == "Paris"), "{model}");

        let mut snapshots = 0;
        let mut events = Planner.run("Plan a trip").model(model).on(&runtime).stream();
        while let Some(event) = events.next().await {
            match event.expect(model) {
                AgentEvent::Partial(_) => snapshots += 1,
                AgentEvent::Done(response) => assert_eq!(response.output.city, "Paris", "{model}"),
                _ => {}
            }
        }
        assert!(snapshots > 0, "{model}");
    }
}

#[tokio::test]
async fn a_conversation_goes_on_over_any_other_wire() {
    let test = "a_conversation_goes_on_over_any_other_wire";
    let Some(server) = server(test, TinyModel::Thinking) else { return };
    let (runtime, travel) = (runtime(server), travel());
    for (one, other) in MODELS.iter().flat_map(|one| MODELS.map(|other| (*one, other))) {
        let first = travel.run("Umbrella?").model(one).on(&runtime).await.expect(one);
        let stored = serde_json::to_string(&first.messages).expect("JSON");
        let history: fastroai::History = serde_json::from_str(&stored).expect("the same history");
        assert_eq!(history, first.messages, "{one}");
        let call = travel.run("And now?").messages(history).model(other).on(&runtime);
        let second = call.await.expect(other);
        assert!(second.messages.len() > first.messages.len(), "{one}, {other}");
        assert_eq!(&second.messages[..first.messages.len()], &first.messages[..], "{one}, {other}");
    }
}

#[tokio::test]
async fn a_price_of_ones_own_is_billed_and_keeps_a_budget() {
    let test = "a_price_of_ones_own_is_billed_and_keeps_a_budget";
    let Some(server) = server(test, TinyModel::Plain) else { return };
    let rates = Rates::per_million("1000", "0").expect("rates");
    let runtime = Runtime::builder()
        .base_url("openai", format!("{}/v1", server.url()))
        .price("openai:tiny*", rates)
        .expect("a pattern")
        .build();
    let agent = Agent::builder().model("openai:tiny").max_tokens(50).build().expect("an agent");
    let answer = agent.run("hi").on(&runtime).await.expect("an answer");
    let input = answer.usage.input_tokens.expect("a count");
    let expected = Cost::from_microdollars(input * 1000);
    assert_eq!(answer.cost.exact(), Some(expected));

    let budget = Cost::from_picodollars(1);
    let history = answer.messages;
    let spent = Agent::builder().model("openai:tiny").budget(budget).tool(again()).build();
    let spent = spent.expect("an agent");
    let error = spent.run("hi").messages(history).on(&runtime).await.expect_err("no request");
    assert!(matches!(error.kind(), fastroai::ErrorKind::Budget { .. }), "{error}");
    assert_eq!(error.bill().requests(), 0);
}

/// A tool, so that a run needs a second request.
fn again() -> fastroai::tool::FunctionTool {
    #[derive(Deserialize, JsonSchema)]
    struct Nothing {}
    fastroai::tool::FunctionTool::new("again", "Asks again.", |_: Nothing, _| async {
        Ok::<_, std::convert::Infallible>("again")
    })
}

#[test]
fn the_quickstart_talks_to_the_server_when_told_to() {
    let test = "the_quickstart_talks_to_the_server_when_told_to";
    let Some(server) = server(test, TinyModel::Plain) else { return };
    for model in MODELS {
        let output = quickstart()
            .env("FASTROAI_MODEL", model)
            .env("OPENAI_BASE_URL", format!("{}/v1", server.url()))
            .env("ANTHROPIC_BASE_URL", server.url())
            .output()
            .expect("a program");
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "{model}: {err}");
        assert_eq!(out.trim(), SENTENCE, "{model}");
        assert!(err.contains("forecast({\"city\":\"Paris\"})"), "{model}: {err}");
    }
}

#[test]
fn the_quickstart_stays_offline_whatever_keys_there_are() {
    let output = quickstart()
        .env("OPENAI_API_KEY", "sk-canary")
        .env("ANTHROPIC_API_KEY", "sk-canary")
        .env("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
        .env("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
        .output()
        .expect("a program");
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{err}");
    assert!(out.contains("offline demo model") && out.contains("Lisbon: rain"), "{out}");
    assert!(err.contains("cost    $0.00") && !err.contains("canary"), "{err}");
}

fn quickstart() -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--package", "examples", "--bin", "quickstart"]);
    command.env_remove("FASTROAI_MODEL");
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[tokio::test]
async fn tokens_are_counted_before_they_are_spent() {
    let Some(server) = server("tokens_are_counted_before_they_are_spent", TinyModel::Plain) else {
        return;
    };
    let model = runtime(server).model("anthropic:tiny").expect("a model");
    let settings = Settings { max_tokens: Some(20), ..Settings::default() };
    let messages = [Message::user("hi")];
    let request = Request::new(&messages, &settings);
    let counted = model.count_tokens(&request).await.expect("a count");
    let reply = model.request(&request).await.expect("a reply");
    assert_eq!(reply.usage.input_tokens, Some(counted));
}
