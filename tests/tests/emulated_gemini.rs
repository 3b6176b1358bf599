//! Gemini's wire against an emulator, over a real connection: agents, failures, and the key.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use fastroai::ErrorKind;
use fastroai::prelude::*;
use fastroai::providers::error::{ModelErrorKind, ProtocolFault, ProviderFault};
use fastroai::providers::{Connection, FinishReason, ModelError, Settings};
use serde_json::Value;
use tests::aimock::{Emulator, KEY};
use tests::skip;

const GREETING: &str = "Hello! Grüße, 日本, 🚀: a text that comes in several pieces.";

/// Current weather for a city.
#[safe_tool(effect = read_only)]
async fn get_weather(
    /// City name, e.g. "Paris".
    city: String,
) -> String {
    format!("rain in {city}")
}

/// You are a travel assistant.
#[agent(model = "google:gemini-2.5-flash", tools = [get_weather], timeout = "30s", price = free)]
struct Travel;

fn emulator(test: &str) -> Option<&'static Emulator> {
    Emulator::of_process().map_err(|error| skip(test, &error)).ok()
}

fn runtime(emulator: &Emulator, key: &str) -> Runtime {
    let connection = Connection::new().environment(|_| None);
    Runtime::builder()
        .connection(connection)
        .base_url("google", emulator.url())
        .key("google", key)
        .build()
}

/// What made a run fail.
fn cause(error: &Error) -> &ModelError {
    match error.kind() {
        ErrorKind::Model(error) => error,
        other => panic!("no failure of a model: {other:?}"),
    }
}

#[tokio::test]
async fn an_answer_comes_whole_and_in_pieces() {
    let Some(emulator) = emulator("an_answer_comes_whole_and_in_pieces") else { return };
    let runtime = runtime(emulator, KEY);
    let whole = Travel.run("Please greet me").on(&runtime).await.expect("an answer");
    assert_eq!((whole.output.as_str(), whole.requests), (GREETING, 1));
    assert_eq!(whole.finish_reason, FinishReason::Stop);

    let mut events = Travel.run("Please greet me").on(&runtime).stream();
    let (mut text, mut pieces, mut end) = (String::new(), 0, None);
    while let Some(event) = events.next().await {
        match event.expect("an event") {
            AgentEvent::Text(delta) => {
                pieces += 1;
                text += &delta;
            }
            AgentEvent::Done(response) => end = Some(response),
            _ => {}
        }
    }
    assert_eq!((text.as_str(), end.expect("an end").output.as_str()), (GREETING, GREETING));
    assert!(pieces > 1, "it came in {pieces}");
}

#[tokio::test]
async fn a_tool_loop_runs_whole_and_streamed() {
    let Some(emulator) = emulator("a_tool_loop_runs_whole_and_streamed") else { return };
    let runtime = runtime(emulator, KEY);
    let whole = Travel.run("How is the weather?").on(&runtime).await.expect("an answer");
    let mut events = Travel.run("How is the weather?").on(&runtime).stream();
    let (mut results, mut streamed) = (Vec::new(), None);
    while let Some(event) = events.next().await {
        match event.expect("an event") {
            AgentEvent::ToolResult(result) => results.push(result.content),
            AgentEvent::Done(response) => streamed = Some(*response),
            _ => {}
        }
    }
    assert_eq!(results, ["rain in Paris"]);
    for answer in [whole, streamed.expect("an end")] {
        assert_eq!((answer.output.as_str(), answer.requests), ("It rains in Paris.", 2));
        let [call] = answer.tool_calls.as_slice() else { panic!("{answer:?}") };
        assert_eq!(call.name, "get_weather");
        let arguments: Value = serde_json::from_str(&call.arguments).expect("JSON");
        assert_eq!(arguments, serde_json::json!({"city": "Paris"}));
    }
}

#[tokio::test]
async fn a_limit_is_a_typed_failure_with_its_wait() {
    let Some(emulator) = emulator("a_limit_is_a_typed_failure_with_its_wait") else { return };
    let model = runtime(emulator, KEY).model("google:gemini-2.5-flash").expect("a model");
    let (messages, settings) = ([fastroai::Message::user("limited")], Settings::default());
    let request = fastroai::providers::Request::new(&messages, &settings);
    let error = model.request(&request).await.expect_err("a limit");
    assert_eq!(*error.kind(), ModelErrorKind::Provider(ProviderFault::RateLimit));
    assert_eq!((error.status(), error.code()), (Some(429), Some("RESOURCE_EXHAUSTED")));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(1)));
    assert_eq!(error.detail(), Some("Slow down"));
    let Err(streamed) = model.stream(&request).await else { panic!("no stream begins") };
    assert_eq!(streamed.kind(), error.kind());
}

#[tokio::test]
async fn a_run_waits_as_long_as_it_is_told_and_asks_again() {
    let test = "a_run_waits_as_long_as_it_is_told_and_asks_again";
    let Some(emulator) = emulator(test) else { return };
    let began = Instant::now();
    let answer = Travel.run("Are you busy?").on(&runtime(emulator, KEY)).await.expect("an answer");
    assert_eq!(answer.output, "At your service.");
    assert!(began.elapsed() >= Duration::from_secs(1), "{:?}", began.elapsed());
    let statuses: Vec<_> = emulator
        .asked("Are you busy?")
        .expect("the journal")
        .iter()
        .map(|entry| entry["response"]["status"].clone())
        .collect();
    assert_eq!(statuses, [429, 200]);
}

#[tokio::test]
async fn an_answer_that_is_no_json_is_a_typed_failure_and_not_asked_for_again() {
    let test = "an_answer_that_is_no_json_is_a_typed_failure_and_not_asked_for_again";
    let Some(emulator) = emulator(test) else { return };
    let header = ("x-aimock-chaos-malformed".to_owned(), "1".to_owned());
    let settings = Settings { extra_headers: [header].into(), ..Settings::default() };
    let agent = Agent::builder().model("google:gemini-2.5-flash").settings(&settings);
    let agent = agent.build().expect("an agent");
    let runtime = runtime(emulator, KEY);
    let error = agent.run("broken, whole").on(&runtime).await.expect_err("no answer");
    let not_json = ModelErrorKind::Protocol(ProtocolFault::NotJson);
    assert_eq!(*cause(&error).kind(), not_json);
    let mut events = agent.run("broken, streamed").on(&runtime).stream();
    let error = events.next().await.expect("an end").expect_err("no answer");
    assert_eq!(*cause(&error).kind(), not_json);
    assert!(events.next().await.is_none());
    assert_eq!(emulator.asked("broken").expect("the journal").len(), 2);
}

#[tokio::test]
async fn the_key_is_in_its_header_and_nowhere_else() {
    let Some(emulator) = emulator("the_key_is_in_its_header_and_nowhere_else") else { return };
    let asking = "Please greet who holds the key";
    // That the emulator answers shows that the header held just this key.
    let runtime_with_key = runtime(emulator, KEY);
    Travel.run(asking).on(&runtime_with_key).await.expect("an answer");
    let mut events = Travel.run(asking).on(&runtime_with_key).stream();
    while let Some(event) = events.next().await {
        event.expect("an event");
    }
    let asked = emulator.asked(asking).expect("the journal");
    assert_eq!(asked.len(), 2);
    for (entry, end) in asked.iter().zip([":generateContent", ":streamGenerateContent?alt=sse"]) {
        let path = entry["path"].as_str().expect("a path");
        assert_eq!(path, format!("/v1beta/models/gemini-2.5-flash{end}"));
        assert!(entry["headers"]["x-goog-api-key"].is_string(), "{entry}");
        assert!(entry["headers"]["authorization"].is_null(), "{entry}");
        assert!(!entry.to_string().contains(KEY), "{entry}");
    }

    let error = Travel.run(asking).on(&runtime(emulator, "test-other-0123456789")).await;
    let error = error.expect_err("a key that is not taken");
    let refused = ModelErrorKind::Provider(ProviderFault::Authentication);
    assert_eq!(*cause(&error).kind(), refused, "{error:?}");
    assert!(!format!("{error} {error:?}").contains("test-other"), "{error:?}");
}
