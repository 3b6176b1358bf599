//! What is sent.

use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::sync::Arc;

use fastroai_providers::error::ModelErrorKind;
use fastroai_providers::openai::ChatCompletions;
use fastroai_providers::openai::chat::{ReasoningReplay, TokenLimit};
use fastroai_providers::protocol::Protocol;
use fastroai_providers::request::Effort;
use fastroai_providers::{
    Message, OutputFormat, Part, Reasoning, Request, Response, Schema, Settings, ToolCall,
    ToolChoice, ToolDefinition, ToolOutcome, ToolResult,
};
use serde_json::{Value, json};

/// The body of a request. `FASTROAI_BODIES` names a file that collects all bodies, one a line, for
/// a check against the provider's own definitions.
pub(crate) fn body(protocol: &ChatCompletions, request: &Request<'_>, streamed: bool) -> Value {
    let encoded = protocol.encode("gpt-4o-mini", request, streamed).unwrap();
    assert_eq!(encoded.path, "chat/completions");
    let body: Value = serde_json::from_slice(&encoded.body).unwrap();
    if let Ok(path) = env::var("FASTROAI_BODIES") {
        let line =
            json!({ "api": "chat_completions", "provider": protocol.provider, "body": body });
        let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(format!("{line}\n").as_bytes()).unwrap();
    }
    body
}

fn sent(messages: &[Message]) -> Value {
    sent_to(&ChatCompletions::new(), messages)
}

fn sent_to(protocol: &ChatCompletions, messages: &[Message]) -> Value {
    let settings = Settings::default();
    body(protocol, &Request::new(messages, &settings), false)["messages"].take()
}

fn response(parts: Vec<Part>) -> Response {
    let mut response = Response::default();
    response.parts = parts;
    response
}

fn assistant(parts: Vec<Part>) -> Message {
    Message::Assistant(response(parts))
}

fn thought_of(text: &str) -> Reasoning {
    let mut reasoning = Reasoning::default();
    text.clone_into(&mut reasoning.text);
    reasoning
}

fn weather() -> Vec<Arc<ToolDefinition>> {
    let parameters = json!({ "type": "object", "properties": { "city": { "type": "string" } } });
    vec![Arc::new(ToolDefinition::new("weather", "The weather.", Schema::new(parameters)))]
}

#[test]
fn what_is_not_set_is_not_sent() {
    let settings = Settings::default();
    let messages = [Message::user("Hello")];
    let request = Request::new(&messages, &settings);
    let expected =
        json!({ "model": "gpt-4o-mini", "messages": [{ "role": "user", "content": "Hello" }] });
    assert_eq!(body(&ChatCompletions::new(), &request, false), expected);
}

#[test]
fn every_setting_has_its_name_on_the_wire() {
    let settings = Settings {
        max_tokens: Some(50),
        temperature: Some(0.5),
        top_p: Some(0.9),
        stop_sequences: Some(vec!["END".to_owned()]),
        seed: Some(7),
        parallel_tool_calls: Some(false),
        reasoning_effort: Some(Effort::Low),
        service_tier: Some("flex".to_owned()),
        ..Settings::default()
    };
    let messages = [Message::user("Hello")];
    let tools = weather();
    let mut request = Request::new(&messages, &settings);
    let mut protocol = ChatCompletions::new();
    let sent = body(&protocol, &request, false);
    assert_eq!(sent.get("parallel_tool_calls"), None, "it means nothing without tools");
    request.tools = &tools;
    let mut sent = body(&protocol, &request, false);
    for (name, value) in [
        ("max_completion_tokens", json!(50)),
        ("temperature", json!(0.5)),
        ("top_p", json!(0.9)),
        ("stop", json!(["END"])),
        ("seed", json!(7)),
        ("parallel_tool_calls", json!(false)),
        ("reasoning_effort", json!("low")),
        ("service_tier", json!("flex")),
    ] {
        assert_eq!(sent[name].take(), value, "{name}");
    }
    protocol.token_limit = TokenLimit::MaxTokens;
    let sent = body(&protocol, &request, false);
    assert_eq!((sent.get("max_completion_tokens"), &sent["max_tokens"]), (None, &json!(50)));
}

#[test]
fn a_stream_is_asked_for_its_usage_where_the_service_takes_that() {
    let settings = Settings::default();
    let messages = [Message::user("Hello")];
    let request = Request::new(&messages, &settings);
    let mut protocol = ChatCompletions::new();
    let sent = body(&protocol, &request, true);
    assert_eq!(sent["stream"], true);
    assert_eq!(sent["stream_options"], json!({ "include_usage": true }));
    protocol.stream_options = false;
    let sent = body(&protocol, &request, true);
    assert_eq!((&sent["stream"], sent.get("stream_options")), (&json!(true), None));
}

#[test]
fn a_conversation_with_tools_keeps_its_order() {
    let calls = [
        ToolCall::new("a", "weather", r#"{"city": "Köln"}"#),
        ToolCall::new("b", "weather", r#"{"city":"Bonn"}"#),
    ];
    let [first, second] = &calls;
    let messages = [
        Message::user("Hello"),
        assistant(vec![
            Part::Reasoning(Reasoning::default()),
            Part::text("I look "),
            Part::text("it up."),
            Part::ToolCall(first.clone()),
            Part::ToolCall(second.clone()),
        ]),
        Message::tool(vec![
            ToolResult::new(first, "12 °C", ToolOutcome::Success),
            ToolResult::new(second, "no such place", ToolOutcome::Failed),
        ]),
        Message::correction("Answer in JSON."),
    ];
    let settings = Settings::default();
    let mut request = Request::new(&messages, &settings);
    request.instructions = Some("Be brief.");
    let sent = body(&ChatCompletions::new(), &request, false);
    let function = |arguments: &str| json!({ "name": "weather", "arguments": arguments });
    assert_eq!(
        sent["messages"],
        json!([
            { "role": "system", "content": "Be brief." },
            { "role": "user", "content": "Hello" },
            { "role": "assistant", "content": "I look it up.", "tool_calls": [
                { "id": "a", "type": "function", "function": function(r#"{"city": "Köln"}"#) },
                { "id": "b", "type": "function", "function": function(r#"{"city":"Bonn"}"#) },
            ]},
            { "role": "tool", "tool_call_id": "a", "content": "12 °C" },
            { "role": "tool", "tool_call_id": "b", "content": "no such place" },
            { "role": "user", "content": "Answer in JSON." },
        ])
    );
}

#[test]
fn broken_arguments_are_replayed_as_a_valid_object() {
    for (arguments, replayed) in [
        ("", json!({})),
        (" \n", json!({})),
        (r#"{"a": "b"#, json!({ "INVALID_JSON": r#"{"a": "b"# })),
        ("[1]", json!({ "INVALID_JSON": "[1]" })),
        ("no \"json\"", json!({ "INVALID_JSON": "no \"json\"" })),
    ] {
        let sent = sent(&[assistant(vec![Part::ToolCall(ToolCall::new("a", "f", arguments))])]);
        assert_eq!(sent[0]["content"], Value::Null);
        let text = sent[0]["tool_calls"][0]["function"]["arguments"].as_str().unwrap();
        assert_eq!(serde_json::from_str::<Value>(text).unwrap(), replayed, "{arguments}");
    }
}

#[test]
fn turns_with_nothing_in_them_are_not_sent() {
    let thought = thought_of("hm");
    let sent = sent(&[
        Message::user("Hello"),
        assistant(vec![]),
        assistant(vec![Part::text("")]),
        assistant(vec![Part::Reasoning(thought)]),
        Message::tool(vec![]),
        Message::user("Are you there?"),
    ]);
    assert_eq!(sent.as_array().unwrap().len(), 2);
}

#[test]
fn a_refusal_is_replayed_as_one() {
    let sent = sent(&[assistant(vec![Part::Refusal { text: "No.".to_owned() }])]);
    assert_eq!(sent[0]["content"], json!([{ "type": "refusal", "refusal": "No." }]));
}

#[test]
fn a_custom_call_is_replayed_as_one() {
    let body = include_str!("../fixtures/openai/tools.json");
    let response = ChatCompletions::new().decode(body.as_bytes()).unwrap();
    let sent = sent(&[Message::Assistant(response)]);
    assert_eq!(
        sent[0]["tool_calls"][2],
        json!({ "id": "call_c", "type": "custom", "custom": { "name": "shell", "input": "ls -l" } })
    );
    assert_eq!(sent[0]["tool_calls"][1]["function"]["arguments"], "{}");
}

#[test]
fn reasoning_goes_back_only_to_the_provider_that_it_came_from() {
    let thought = thought_of("because");
    let mut answer = response(vec![Part::Reasoning(thought), Part::text("42")]);
    answer.provider = Some("deepseek".to_owned());
    let messages = [Message::Assistant(answer)];
    let mut deepseek = ChatCompletions::for_provider("deepseek");
    assert_eq!(sent_to(&deepseek, &messages)[0].get("reasoning_content"), None);
    deepseek.reasoning_replay = ReasoningReplay::ReasoningContent;
    assert_eq!(sent_to(&deepseek, &messages)[0]["reasoning_content"], "because");
    let mut zai = ChatCompletions::for_provider("zai");
    zai.reasoning_replay = ReasoningReplay::ReasoningContent;
    assert_eq!(sent_to(&zai, &messages)[0].get("reasoning_content"), None);
}

#[test]
fn signed_reasoning_goes_back_as_it_came() {
    let details = json!([{ "type": "reasoning.text", "text": "because", "signature": "sig==",
        "index": 0 }]);
    let body = json!({ "choices": [{ "finish_reason": "stop",
        "message": { "content": "42", "reasoning": "because", "reasoning_details": details } }] });
    let mut router = ChatCompletions::for_provider("openrouter");
    router.reasoning_replay = ReasoningReplay::ReasoningDetails;
    let mut answer = router.decode(body.to_string().as_bytes()).unwrap();
    answer.provider = Some("openrouter".to_owned());
    let messages = [Message::Assistant(answer)];
    assert_eq!(sent_to(&router, &messages)[0]["reasoning_details"], details);
    assert_eq!(sent(&messages)[0].get("reasoning_details"), None);
}

#[test]
fn tools_and_each_choice_of_them_are_sent() {
    let settings = Settings::default();
    let messages = [Message::user("Hello")];
    let tools = weather();
    for (choice, expected) in [
        (ToolChoice::Auto, None),
        (ToolChoice::None, Some(json!("none"))),
        (ToolChoice::Required, Some(json!("required"))),
        (
            ToolChoice::Named("weather".to_owned()),
            Some(json!({ "type": "function", "function": { "name": "weather" } })),
        ),
    ] {
        let mut request = Request::new(&messages, &settings);
        request.tools = &tools;
        request.tool_choice = &choice;
        let sent = body(&ChatCompletions::new(), &request, false);
        assert_eq!(sent.get("tool_choice"), expected.as_ref());
        assert_eq!(
            sent["tools"],
            json!([{ "type": "function", "function": {
                "name": "weather", "description": "The weather.",
                "parameters": tools[0].parameters.as_value(),
            }}])
        );
    }
}

#[test]
fn what_the_wire_cannot_carry_is_refused_before_it_is_sent() {
    let messages = [Message::user("Hello")];
    let plain = Settings::default();
    let refused = |change: &dyn Fn(&mut Request<'_>)| {
        let mut request = Request::new(&messages, &plain);
        change(&mut request);
        let error = ChatCompletions::new().encode("m", &request, false).unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Config, "{error}");
    };
    refused(&|request| request.tool_choice = &ToolChoice::Required);
    let unknown = ToolChoice::Named("nowhere".to_owned());
    refuse_named(&messages, &unknown);
    let tools = [Arc::new(ToolDefinition::new("get weather", "", Schema::new(json!({}))))];
    refuse_tools(&messages, &tools);
    for settings in [
        Settings { temperature: Some(f64::NAN), ..Settings::default() },
        Settings { top_p: Some(f64::INFINITY), ..Settings::default() },
        Settings { seed: Some(u64::MAX), ..Settings::default() },
    ] {
        let request = Request::new(&messages, &settings);
        let error = ChatCompletions::new().encode("m", &request, false).unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Config);
    }
    for (name, schema) in [("", json!({})), ("two words", json!({})), ("fine", json!(true))] {
        let output =
            OutputFormat::JsonSchema { name: name.to_owned(), schema: Schema::new(schema) };
        let mut request = Request::new(&messages, &plain);
        request.output = &output;
        let error = ChatCompletions::new().encode("m", &request, false).unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Config);
    }
}

fn refuse_named(messages: &[Message], choice: &ToolChoice) {
    let settings = Settings::default();
    let tools = weather();
    let mut request = Request::new(messages, &settings);
    request.tools = &tools;
    request.tool_choice = choice;
    let error = ChatCompletions::new().encode("m", &request, false).unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Config);
}

fn refuse_tools(messages: &[Message], tools: &[Arc<ToolDefinition>]) {
    let settings = Settings::default();
    let mut request = Request::new(messages, &settings);
    request.tools = tools;
    let error = ChatCompletions::new().encode("m", &request, false).unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Config);
}

#[test]
fn the_key_is_a_bearer_token_and_old_models_say_what_they_cannot_do() {
    let protocol = ChatCompletions::new();
    assert_eq!(protocol.authorization("k"), ("authorization", "Bearer k".to_owned()));
    assert!(protocol.profile("gpt-4o-mini").json_schema);
    assert!(!protocol.profile("gpt-4-turbo").json_schema && protocol.profile("gpt-4-turbo").tools);
    assert!(!protocol.profile("o1-mini").tools);
    assert!(ChatCompletions::for_provider("groq").profile("o1-mini").tools);
}
