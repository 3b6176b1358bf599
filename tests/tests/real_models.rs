//! Single requests to a real inference server, over every wire that it speaks.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::future::Future;
use std::sync::Arc;

use fastroai_providers::error::{ModelErrorKind, ProviderFault};
use fastroai_providers::request::Effort;
use fastroai_providers::{
    Connection, Delta, FinishReason, Message, Model, ModelError, OutputFormat, Request, Response,
    RetryClass, Schema, Settings, StreamEvent, ToolChoice, ToolDefinition, connect,
};
use futures_util::StreamExt;
use serde_json::{Value, json};
use tests::llama::{Server, TinyModel};
use tests::{shared_or_skip, skip};

const SENTENCE: &str = "Hello from the tiny test model: café 日本 🚀 ok.";
const THOUGHT: &str = "Let me think about it!";

/// The names that reach the same server over its three wires, and one for its own kind.
const MODELS: [&str; 4] =
    ["openai:tiny", "openai-responses:tiny", "anthropic:tiny", "llamacpp:tiny"];

fn server(test: &str, model: TinyModel) -> Option<&'static Server> {
    let shared = shared_or_skip(test)?;
    Server::of_process(model, &shared).map_err(|error| skip(test, &error)).ok()
}

fn model(name: &str, url: &str) -> Arc<dyn Model> {
    let id = name.parse().expect("a model's name");
    let connection = Connection::new()
        .environment(|_| None)
        .base_url("openai", format!("{url}/v1"))
        .base_url("openai-responses", format!("{url}/v1"))
        .base_url("anthropic", url)
        .base_url("llamacpp", url);
    connect(&id, &connection).expect("a model")
}

/// What was told of a reply, piece by piece.
#[derive(Debug, Default, PartialEq)]
struct Told {
    text: String,
    reasoning: String,
    /// Name and arguments.
    calls: Vec<(String, String)>,
}

impl Told {
    fn of(response: &Response) -> Self {
        let call =
            |call: &fastroai_providers::ToolCall| (call.name.clone(), call.arguments.clone());
        Self {
            text: response.text(),
            reasoning: response.reasoning_text(),
            calls: response.tool_calls().map(call).collect(),
        }
    }

    fn take(&mut self, delta: Delta) {
        match delta {
            Delta::Text(text) => self.text += &text,
            Delta::Reasoning(text) => self.reasoning += &text,
            Delta::ToolCall { index, name } => {
                assert_eq!(index, self.calls.len(), "calls begin in their order");
                self.calls.push((name, String::new()));
            }
            Delta::Arguments { index, fragment } => self.calls[index].1 += &fragment,
            other => panic!("a piece that no one expects: {other:?}"),
        }
    }
}

/// Asks once more where the server has just closed the connection that was kept, as a run does.
async fn again<T, F>(ask: impl Fn() -> F) -> Result<T, ModelError>
where
    F: Future<Output = Result<T, ModelError>>,
{
    match ask().await {
        Err(error) if error.retry_class() == RetryClass::Ambiguous => ask().await,
        asked => asked,
    }
}

/// The reply, asked for whole and in pieces; both are the same but for what each reply has alone.
async fn ask(model: &dyn Model, request: &Request<'_>) -> Response {
    let name = model.id();
    let whole = again(|| model.request(request)).await.expect("a reply");
    let mut events = again(|| model.stream(request)).await.expect("a stream");
    let (mut told, mut streamed, mut pieces) = (Told::default(), None, 0);
    while let Some(event) = events.next().await {
        assert!(streamed.is_none(), "{name}: something follows the end");
        match event.expect("an event") {
            StreamEvent::Delta(delta) => {
                pieces += 1;
                told.take(delta);
            }
            StreamEvent::Done(response) => streamed = Some(*response),
            _ => {}
        }
    }
    let streamed = streamed.expect("a stream ends with the reply");
    assert!(pieces > 2, "{name}: it came in pieces");
    assert_eq!(told, Told::of(&streamed), "{name}: the pieces are the reply");
    assert_eq!(told, Told::of(&whole), "{name}: streamed is as whole");
    assert_eq!(streamed.finish_reason, whole.finish_reason, "{name}");
    assert_eq!(streamed.usage.input_tokens, whole.usage.input_tokens, "{name}");
    for reply in [&whole, &streamed] {
        assert_eq!(reply.provider.as_deref(), Some(name.provider()));
        assert!(reply.usage.output_tokens > Some(0), "{name}: {:?}", reply.usage);
    }
    whole
}

/// The same answer to the same question, in few tokens.
fn settings() -> Settings {
    Settings { max_tokens: Some(200), temperature: Some(0.0), ..Settings::default() }
}

fn plan() -> Schema {
    Schema::new(json!({
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "stops": {"type": "array", "items": {"type": "string"}}
        },
        "required": ["city", "stops"],
        "additionalProperties": false
    }))
}

#[tokio::test]
async fn a_plain_answer_is_the_same_whole_and_streamed() {
    let test = "a_plain_answer_is_the_same_whole_and_streamed";
    let Some(server) = server(test, TinyModel::Plain) else { return };
    let (messages, settings) = ([Message::user("hi")], settings());
    let mut request = Request::new(&messages, &settings);
    request.instructions = Some("Answer in one sentence.");
    for name in MODELS {
        let reply = ask(&*model(name, &server.url()), &request).await;
        assert_eq!(reply.text(), SENTENCE, "{name}");
        assert_eq!(reply.finish_reason, FinishReason::Stop, "{name}");
        assert!(reply.reasoning_text().is_empty(), "{name}");
        assert!(reply.id.is_some() && reply.model.is_some(), "{name}");
    }
}

#[tokio::test]
async fn an_answer_that_meets_the_limit_says_so() {
    let test = "an_answer_that_meets_the_limit_says_so";
    let Some(server) = server(test, TinyModel::Plain) else { return };
    let messages = [Message::user("hi")];
    let settings = Settings { max_tokens: Some(4), ..settings() };
    let request = Request::new(&messages, &settings);
    for name in MODELS {
        let reply = ask(&*model(name, &server.url()), &request).await;
        // This server calls every reply over Responses complete.
        let told = !name.starts_with("openai-responses");
        let reason = if told { FinishReason::Length } else { FinishReason::Stop };
        assert_eq!(reply.finish_reason, reason, "{name}");
        assert_eq!(reply.usage.output_tokens, Some(4), "{name}");
        assert!(SENTENCE.starts_with(&reply.text()), "{name}: {}", reply.text());
    }
}

#[tokio::test]
async fn a_forced_tool_is_called_and_its_result_is_read() {
    let test = "a_forced_tool_is_called_and_its_result_is_read";
    let Some(server) = server(test, TinyModel::Plain) else { return };
    let city = json!({"type": "object", "properties": {"city": {"type": "string"}},
        "required": ["city"], "additionalProperties": false});
    let tool = ToolDefinition::new("get_weather", "The weather.", Schema::new(city));
    let (tools, settings) = ([Arc::new(tool)], settings());
    for name in MODELS {
        let model = model(name, &server.url());
        for choice in [ToolChoice::Required, ToolChoice::Named("get_weather".to_owned())] {
            let mut messages = vec![Message::user("hi")];
            let mut request = Request::new(&messages, &settings);
            request.tools = &tools;
            request.tool_choice = &choice;
            let reply = ask(&*model, &request).await;
            let calls: Vec<_> = reply.tool_calls().cloned().collect();
            let [call] = calls.as_slice() else { panic!("{name}, {choice:?}: {reply:?}") };
            assert_eq!(call.name, "get_weather", "{name}");
            let arguments: Value = serde_json::from_str(&call.arguments).expect("JSON");
            assert_eq!(arguments, json!({"city": "Paris"}), "{name}");
            assert_eq!(reply.finish_reason, FinishReason::ToolCalls, "{name}");
            assert!(!call.id.is_empty(), "{name}");

            let result = fastroai_providers::ToolResult::new(
                call,
                "rain",
                fastroai_providers::ToolOutcome::default(),
            );
            messages.extend([Message::Assistant(reply), Message::tool(vec![result])]);
            let mut request = Request::new(&messages, &settings);
            request.tools = &tools;
            let reply = ask(&*model, &request).await;
            assert_eq!(reply.text(), SENTENCE, "{name}");
        }
    }
}

#[tokio::test]
async fn an_answer_is_held_to_its_schema() {
    let test = "an_answer_is_held_to_its_schema";
    let Some(server) = server(test, TinyModel::Plain) else { return };
    let (messages, settings) = ([Message::user("hi")], settings());
    let output = OutputFormat::JsonSchema { name: "plan".to_owned(), schema: plan() };
    let mut request = Request::new(&messages, &settings);
    request.output = &output;
    // Over its other wires, this server passes a schema over.
    for name in ["openai:tiny", "llamacpp:tiny"] {
        let model = model(name, &server.url());
        let reply = ask(&*model, &request).await;
        let answer: Value = serde_json::from_str(&reply.text()).expect(name);
        assert_eq!(answer["city"], "Paris", "{name}");
        assert!(answer["stops"].is_array(), "{name}: {answer}");
    }
}

#[tokio::test]
async fn thinking_comes_apart_from_the_answer_and_goes_back() {
    let test = "thinking_comes_apart_from_the_answer_and_goes_back";
    let Some(server) = server(test, TinyModel::Thinking) else { return };
    let settings = settings();
    for name in MODELS {
        let model = model(name, &server.url());
        let mut messages = vec![Message::user("hi")];
        let reply = ask(&*model, &Request::new(&messages, &settings)).await;
        assert_eq!(reply.reasoning_text().trim(), THOUGHT, "{name}");
        assert_eq!(reply.text(), SENTENCE, "{name}");
        messages.extend([Message::Assistant(reply), Message::user("And now?")]);
        let reply = ask(&*model, &Request::new(&messages, &settings)).await;
        assert_eq!(reply.text(), SENTENCE, "{name}");
    }
}

#[tokio::test]
async fn effort_is_taken_by_a_model_that_thinks() {
    let test = "effort_is_taken_by_a_model_that_thinks";
    let Some(server) = server(test, TinyModel::Thinking) else { return };
    let messages = [Message::user("hi")];
    let settings = Settings {
        max_tokens: Some(4_000),
        reasoning_effort: Some(Effort::Low),
        ..Settings::default()
    };
    for name in MODELS {
        let model = model(name, &server.url());
        let reply = model.request(&Request::new(&messages, &settings)).await.expect(name);
        assert_eq!(reply.reasoning_text().trim(), THOUGHT, "{name}");
        assert_eq!(reply.text(), SENTENCE, "{name}");
    }
}

/// Both ways to ask fail, and fail alike.
async fn fail(model: &dyn Model, request: &Request<'_>) -> ModelError {
    let whole = model.request(request).await.expect_err("no reply");
    let Err(streamed) = model.stream(request).await else { panic!("{} streams", model.id()) };
    assert_eq!(whole.kind(), streamed.kind(), "{}", model.id());
    assert_eq!(whole.status(), streamed.status(), "{}", model.id());
    whole
}

#[tokio::test]
async fn a_conversation_that_is_too_long_is_told_with_its_numbers() {
    let test = "a_conversation_that_is_too_long_is_told_with_its_numbers";
    let Some(server) = server(test, TinyModel::Plain) else { return };
    let messages = [Message::user("word ".repeat(20_000))];
    let settings = settings();
    for name in MODELS {
        let model = model(name, &server.url());
        let error = fail(&*model, &Request::new(&messages, &settings)).await;
        let ModelErrorKind::Provider(ProviderFault::ContextLength { limit, used }) = *error.kind()
        else {
            panic!("{name}: {error:?}")
        };
        let (limit, used) = (limit.expect(name), used.expect(name));
        assert!(limit >= 1_000 && used >= 20_000, "{name}: {used} of {limit}");
        assert_eq!((error.status(), error.retry_class()), (Some(400), RetryClass::Never), "{name}");
        assert!(!error.to_string().contains("word word"), "{name}: {error}");
    }
}

#[tokio::test]
async fn an_address_that_the_server_does_not_know_is_told() {
    let test = "an_address_that_the_server_does_not_know_is_told";
    let Some(server) = server(test, TinyModel::Plain) else { return };
    let (messages, settings) = ([Message::user("hi")], settings());
    for name in MODELS {
        let model = model(name, &format!("{}/nowhere", server.url()));
        let error = fail(&*model, &Request::new(&messages, &settings)).await;
        assert_eq!(*error.kind(), ModelErrorKind::Provider(ProviderFault::NotFound), "{name}");
        assert_eq!(error.status(), Some(404), "{name}");
    }
}

#[tokio::test]
async fn a_wire_that_counts_tokens_counts_what_a_request_takes_in() {
    let test = "a_wire_that_counts_tokens_counts_what_a_request_takes_in";
    let Some(server) = server(test, TinyModel::Plain) else { return };
    let (messages, settings) = ([Message::user("Hello there")], settings());
    let request = Request::new(&messages, &settings);
    for (name, counts) in MODELS.into_iter().zip([false, true, true, false]) {
        let model = model(name, &server.url());
        let counted = model.count_tokens(&request).await;
        if counts {
            let reply = model.request(&request).await.expect(name);
            assert_eq!(reply.usage.input_tokens, Some(counted.expect(name)), "{name}");
        } else {
            assert_eq!(*counted.expect_err(name).kind(), ModelErrorKind::Config, "{name}");
        }
    }
}
