//! `Debug` of what passes through a program's hands shows neither prompts nor answers.

use std::fmt::Debug;

use fastroai_providers::anthropic::Messages;
use fastroai_providers::message::{UserMessage, UserPart};
use fastroai_providers::openai::ChatCompletions;
use fastroai_providers::protocol::Protocol;
use fastroai_providers::{
    Delta, History, HostedTool, Media, Message, ModelError, Part, Reasoning, Request, Response,
    Settings, StreamEvent, ToolCall, ToolOutcome, ToolResult,
};
use serde_json::json;

const SECRET: &str = "canary-7f3a";

fn assert_hidden(what: &str, shown: &dyn Debug) {
    for text in [format!("{shown:?}"), format!("{shown:#?}")] {
        assert!(!text.contains("canary"), "{what} shows {text}");
    }
}

fn call() -> ToolCall {
    let mut call = ToolCall::new("call_1", "weather", format!(r#"{{"city":"{SECRET}"}}"#));
    call.details = Some(json!(SECRET));
    call
}

fn reply() -> Response {
    let mut reasoning = Reasoning::default();
    reasoning.text.push_str(SECRET);
    reasoning.signature = Some(SECRET.to_owned());
    reasoning.redacted = Some(SECRET.to_owned());
    let mut reply = Response::default();
    reply.parts = vec![
        Part::Text { text: SECRET.to_owned(), details: Some(json!(SECRET)) },
        Part::Reasoning(reasoning),
        Part::ToolCall(call()),
        Part::Refusal { text: SECRET.to_owned() },
        Part::Provider { provider: "anthropic".to_owned(), raw: json!({ "type": SECRET }) },
    ];
    reply
}

fn conversation() -> Vec<Message> {
    let result = ToolResult::new(&call(), SECRET, ToolOutcome::Failed);
    vec![
        Message::user(SECRET),
        Message::correction(SECRET),
        Message::Assistant(reply()),
        Message::tool(vec![result]),
    ]
}

#[test]
fn messages_and_replies_hide_what_was_said() {
    let messages = conversation();
    for message in &messages {
        assert_hidden("a message", message);
    }
    for part in &reply().parts {
        assert_hidden("a part", part);
    }
    assert_hidden("a piece of a question", &UserPart::Text { text: SECRET.to_owned() });
    let url = format!("https://example.com/it.png?sig={SECRET}");
    for media in [Media::file("canary.txt", SECRET), Media::image_url(url)] {
        let media = media.expect("a media");
        assert_hidden("media", &media);
        assert_hidden("a question with media", &UserMessage::from(SECRET).attach(media));
    }
    assert_hidden("a hosted tool", &HostedTool::new("anthropic", json!({ "token": SECRET })));
    let mut settings = Settings::default();
    settings.extra_headers.insert("x-trace".to_owned(), SECRET.to_owned());
    settings.extra_body.insert("user".to_owned(), json!(SECRET));
    assert_hidden("settings", &settings);
    assert_hidden("a history", &History::from(messages));
    assert_hidden("the end of a stream", &StreamEvent::Done(Box::new(reply())));
    for delta in [
        Delta::Text(SECRET.to_owned()),
        Delta::Reasoning(SECRET.to_owned()),
        Delta::Refusal(SECRET.to_owned()),
        Delta::Arguments { index: 0, fragment: SECRET.to_owned() },
    ] {
        assert_hidden("a delta", &delta);
    }
}

#[test]
fn requests_hide_instructions_and_conversation_in_every_form() {
    let (messages, settings) = (conversation(), Settings::default());
    let mut request = Request::new(&messages, &settings);
    request.instructions = Some(SECRET);
    assert_hidden("a request", &request);

    let wires: [(&str, &dyn Protocol); 2] =
        [("gpt-4o-mini", &ChatCompletions::new()), ("claude-sonnet-4-5", &Messages::new())];
    for (model, wire) in wires {
        let encoded = wire.encode(model, &request, false).expect("a request");
        assert!(String::from_utf8_lossy(&encoded.body).contains(SECRET));
        assert_hidden("an encoded request", &encoded);
    }
}

#[test]
fn errors_hide_what_the_provider_said_and_what_had_arrived() {
    let error = ModelError::config("nothing was sent").with_detail(SECRET).with_partial(reply());
    assert_eq!(error.detail(), Some(SECRET));
    assert_hidden("an error", &error);
    assert!(!error.to_string().contains("canary"));

    let body = json!({"error": {"type": "invalid_request_error", "message": SECRET}}).to_string();
    let wires: [&dyn Protocol; 2] = [&ChatCompletions::new(), &Messages::new()];
    for wire in wires {
        let error = wire.decode_error(400, body.as_bytes());
        assert_hidden("a provider's error", &error);
        assert!(!error.to_string().contains("canary"), "{error}");
        let error = wire.decode(SECRET.as_bytes()).expect_err("not a reply");
        assert_hidden("a reply that is none", &error);
        assert!(!format!("{error} {:?}", std::error::Error::source(&error)).contains("canary"));
    }
}
