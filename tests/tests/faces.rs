//! The faces of services that speak the wires of others: where they are, and what they send.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use fastroai_providers::error::{ModelErrorKind, ProviderFault};
use fastroai_providers::services::{FACES, Face, Wire};
use fastroai_providers::{
    Connection, Message, ModelError, Part, Request, Response, Settings, StreamEvent, connect,
};
use futures_util::StreamExt;
use serde_json::Value;
use tests::shared_or_skip;
use tests::transport::{Exchange, ScriptedTransport, bytes};

const OPENROUTER_MESSAGES: &str = include_str!("faces/openrouter_messages.sse");
const XAI_RESPONSES: &str = include_str!("faces/xai_responses.sse");
const DEEPSEEK_RESPONSES: &str = include_str!("faces/deepseek_responses.sse");
const CHATGPT: &str = include_str!("faces/chatgpt.sse");

/// A connection with one answer to give.
fn scripted(name: &str, exchange: Exchange) -> (ScriptedTransport, Connection) {
    let transport = ScriptedTransport::new([exchange]);
    let connection = Connection::new().environment(|_| None).key(name, "sk-1");
    (transport.clone(), connection.transport(transport))
}

/// A streamed answer in the pieces that a network may make of it, and read to its end.
async fn streamed(id: &str, body: &str, cut: usize) -> Result<Response, ModelError> {
    let (provider, _) = id.split_once(':').unwrap();
    let pieces = body.as_bytes().chunks(cut).map(bytes);
    let (_, connection) = scripted(provider, Exchange::stream(pieces));
    let model = connect(&id.parse().unwrap(), &connection)?;
    let (messages, settings) = ([Message::user("Hello")], Settings::default());
    let mut events = model.stream(&Request::new(&messages, &settings)).await?;
    while let Some(event) = events.next().await {
        if let StreamEvent::Done(reply) = event? {
            return Ok(*reply);
        }
    }
    panic!("a stream without an end")
}

#[tokio::test(start_paused = true)]
async fn what_each_face_streams_is_read_whole_however_it_is_cut() {
    for (id, body, thought, usage) in [
        ("openrouter-messages:anthropic/claude-haiku-4.5", OPENROUTER_MESSAGES, "", (12, 5)),
        ("xai-responses:grok-4", XAI_RESPONSES, "Greet.", (20, 9)),
        ("deepseek-responses:deepseek-v4-flash", DEEPSEEK_RESPONSES, "Greet them.", (8, 11)),
        ("chatgpt:gpt-5.4", CHATGPT, "", (30, 7)),
    ] {
        for cut in [1, 7, 64, usize::MAX] {
            let reply =
                streamed(id, body, cut).await.unwrap_or_else(|error| panic!("{id}: {error}"));
            assert_eq!(reply.text(), "Hello, world.", "{id}");
            assert_eq!(reply.reasoning_text(), thought, "{id}");
            let counts = (reply.usage.input_tokens, reply.usage.output_tokens);
            assert_eq!(counts, (Some(usage.0), Some(usage.1)), "{id}");
            assert_eq!(reply.provider.as_deref(), id.split(':').next());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_ends_before_the_reply_does_is_an_error_with_what_had_come() {
    for (id, body) in [
        ("openrouter-messages:anthropic/claude-haiku-4.5", OPENROUTER_MESSAGES),
        ("xai-responses:grok-4", XAI_RESPONSES),
        ("deepseek-responses:deepseek-v4-flash", DEEPSEEK_RESPONSES),
        ("chatgpt:gpt-5.4", CHATGPT),
    ] {
        let end = body.find("world").unwrap() - 20;
        let cut = body[..end].rfind("\n\n").unwrap() + 2;
        let error = streamed(id, &body[..cut], 64).await.unwrap_err();
        assert!(matches!(error.kind(), ModelErrorKind::Protocol(_)), "{id}: {error}");
        assert!(error.partial().is_some_and(|partial| partial.text() == "Hello"), "{id}");
    }
}

/// The thoughts of a service go back to it as they came, and to no other face.
#[tokio::test(start_paused = true)]
async fn reasoning_goes_back_to_its_own_face_only() {
    for (id, body, mark) in [
        ("xai-responses:grok-4", XAI_RESPONSES, "sealed"),
        ("deepseek-responses:deepseek-v4-flash", DEEPSEEK_RESPONSES, "Greet them."),
    ] {
        let (own, model) = id.split_once(':').unwrap();
        let reply = streamed(id, body, usize::MAX).await.unwrap();
        assert!(reply.parts.iter().any(|part| matches!(part, Part::Provider { .. })), "{id}");
        let messages = [Message::user("Hello"), Message::Assistant(reply), Message::user("Again")];
        let settings = Settings::default();
        for (face, goes) in [(own, true), ("openai-responses", false), ("azure-responses", false)] {
            let protocol = Face::named(face).unwrap().protocol();
            let request = Request::new(&messages, &settings);
            let sent = protocol.encode(model, &request, false).unwrap();
            let sent = String::from_utf8(sent.body).unwrap();
            assert_eq!(sent.contains(mark), goes, "{id} at {face}: {sent}");
            assert!(sent.contains("Hello, world."));
        }
    }
}

#[tokio::test]
async fn each_service_s_way_to_refuse_a_key_is_understood() {
    for (id, status, body) in [
        (
            "xai-responses:m",
            400,
            r#"{"code":"Client specified an invalid argument","error":"Incorrect API key provided"}"#,
        ),
        ("chatgpt:m", 401, r#"{"detail":"Could not parse your authentication token."}"#),
        (
            "openrouter-messages:m",
            401,
            r#"{"type":"error","error":{"type":"authentication_error","message":"No auth"}}"#,
        ),
        ("openrouter-responses:m", 401, r#"{"error":{"code":401,"message":"User not found."}}"#),
        (
            "bedrock-responses:m",
            401,
            r#"{"error":{"code":"invalid_api_key","message":"Invalid bearer token"}}"#,
        ),
    ] {
        let (provider, _) = id.split_once(':').unwrap();
        let (_, connection) = scripted(provider, Exchange::answer(status, body));
        let connection = connection.base_url(provider, "https://a.test");
        let model = connect(&id.parse().unwrap(), &connection).unwrap();
        let (messages, settings) = ([Message::user("Hello")], Settings::default());
        let error = model.request(&Request::new(&messages, &settings)).await.unwrap_err();
        let refused = ModelErrorKind::Provider(ProviderFault::Authentication);
        if status == 401 {
            assert_eq!(*error.kind(), refused, "{id}: {error}");
            assert!(error.to_string().contains(&format!("read from `.key(\"{provider}\", …)`")));
        } else {
            assert!(error.detail().is_some_and(|said| said.contains("API key")), "{id}: {error}");
        }
    }
}

/// Recorded addresses that are not what a name leads to: older ones, those of one provider behind a
/// router, proxies, and a cloud's beside a server of one's own.
const ELSEWHERE: [&str; 6] = [
    "https://example.openai.azure.com/openai/deployments/",
    "https://router.huggingface.co/together/",
    "https://router.huggingface.co/nebius/",
    "https://router.huggingface.co/novita/",
    "http://localhost:8787/",
    "https://ollama.com/",
];

#[tokio::test]
async fn each_recorded_address_is_the_one_that_the_name_leads_to() {
    let test = "each_recorded_address_is_the_one_that_the_name_leads_to";
    let Some(shared) = shared_or_skip(test) else { return };
    let (mut seen, mut wrong) = (BTreeSet::new(), BTreeSet::new());
    for (face, api) in FACES.iter().filter_map(|face| Some((face, api(face)?))) {
        for (url, model) in recorded(&shared.join("wire"), face.service, api) {
            if ELSEWHERE.iter().any(|other| url.starts_with(other)) {
                continue;
            }
            seen.insert(face.name);
            let asked = address(face, &model, &url).await;
            if asked != url.replace("://localhost:", "://127.0.0.1:") {
                wrong.insert(format!("{}: {asked}, recorded as {url}", face.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen.len() >= 28, "only {seen:?}");
}

fn api(face: &Face) -> Option<&'static str> {
    match face.wire {
        Wire::ChatCompletions(_) => Some("chat_completions"),
        Wire::Responses(_) => Some("responses"),
        Wire::Messages => Some("messages"),
        _ => None,
    }
}

/// The addresses and models of all requests to a service that are recorded over one wire.
fn recorded(folder: &Path, service: &str, api: &str) -> BTreeSet<(String, String)> {
    let files = fs::read_dir(folder.join(service).join(api)).into_iter().flatten();
    let mut recorded = BTreeSet::new();
    for file in files {
        let text = fs::read(file.unwrap().path()).unwrap();
        let recording: Value = serde_json::from_slice(&text).unwrap();
        let exchanges = recording["interactions"].as_array().into_iter().flatten();
        // A recording may talk to several.
        let ours = |exchange: &&Value| exchange["provider"] == service && exchange["api"] == api;
        for request in exchanges.filter(ours).map(|exchange| &exchange["request"]) {
            let url = request["url"].as_str().and_then(|url| url.split(['?', '#']).next());
            if let Some((url, model)) = url.zip(request["body"]["model"].as_str()) {
                recorded.insert((url.to_owned(), model.to_owned()));
            }
        }
    }
    recorded
}

/// Where a model is asked, with the variables of whoever recorded it.
async fn address(face: &Face, model: &str, recorded: &str) -> String {
    let (transport, connection) = scripted(face.name, Exchange::fail(ModelError::config("no")));
    let host = recorded.split('/').take(3).collect::<Vec<_>>().join("/");
    let connection = connection.environment(move |name| match name {
        "AWS_REGION" => Some("us-east-1".to_owned()),
        "SNOWFLAKE_ACCOUNT" => Some("myorg-myaccount".to_owned()),
        "AZURE_OPENAI_ENDPOINT" => Some(host.clone()),
        _ => None,
    });
    let model = connect(&format!("{}:{model}", face.name).parse().unwrap(), &connection).unwrap();
    let (messages, settings) = ([Message::user("Hello")], Settings::default());
    let _ = model.request(&Request::new(&messages, &settings)).await;
    transport.seen().first().expect("a request").url().to_owned()
}

#[test]
fn a_kept_reply_is_asked_for_and_given_up_below_the_address_of_replies() {
    for face in FACES.iter().filter(|face| matches!(face.wire, Wire::Responses(_))) {
        let protocol = face.protocol();
        let (settings, messages) = (Settings::default(), [Message::user("Hello")]);
        let asked = protocol.encode("gpt-5", &Request::new(&messages, &settings), true).unwrap();
        let poll = protocol.encode_poll("resp_1").unwrap().expect("a question");
        let cancel = protocol.encode_cancel("resp_1").unwrap().expect("a request");
        assert_eq!(poll.path, format!("{}/resp_1", asked.path), "{}", face.name);
        assert_eq!(cancel.path, format!("{}/resp_1/cancel", asked.path), "{}", face.name);
    }
}
