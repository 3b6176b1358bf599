//! What settings add to a request, and what is asked beside a reply.

use std::sync::Arc;

use fastroai_providers::anthropic::Messages;
use fastroai_providers::error::{ModelErrorKind, ProtocolFault, ProviderFault};
use fastroai_providers::http::{ApiKey, HttpModel, HttpTransport};
use fastroai_providers::offline::OfflineModel;
use fastroai_providers::{Connection, Message, Model, ModelError, Request, Settings, connect};
use serde_json::{Value, json};

use crate::server::{JSON, Server, answer, send, stream_head};
use crate::tiny::{CANARY, ask_with, collect, model, short};

fn headers(pairs: &[(&str, &str)]) -> Settings {
    let extra_headers =
        pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    Settings { extra_headers, ..Settings::default() }
}

fn replies() -> Server {
    Server::start([vec![answer(200, JSON, r#"{"text":"hi"}"#)]])
}

/// A request that must not be sent: why not, and that it was not.
async fn refused(settings: &Settings) -> String {
    let server = replies();
    let error = ask_with(&model(&server.url(), short()), settings).await.unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Config);
    assert!(server.requests().is_empty());
    error.to_string()
}

#[tokio::test]
async fn extra_headers_are_sent_and_take_the_place_of_the_wires_own() {
    let server = replies();
    let settings =
        headers(&[("X-Trace", "abc"), ("x-tier", "mine"), ("Helicone-Auth", "Bearer x")]);
    ask_with(&model(&server.url(), short()), &settings).await.unwrap();
    let sent = &server.requests()[0];
    for line in ["x-trace: abc\r\n", "x-tier: mine\r\n", "helicone-auth: Bearer x\r\n"] {
        assert_eq!(sent.matches(line).count(), 1, "{line} in {sent}");
    }
    assert_eq!(sent.matches("x-tier").count(), 1, "{sent}");
}

#[tokio::test]
async fn headers_that_carry_keys_or_frame_the_request_are_refused() {
    for name in ["authorization", "X-Api-Key", "x-goog-api-key", "api-key", "Cookie"] {
        let told = refused(&headers(&[(name, "canary")])).await;
        assert!(told.contains(name) && told.contains("carries a key"), "{told}");
        assert!(!told.contains("canary"), "{told}");
    }
    for name in ["Host", "content-length", "Transfer-Encoding", "accept-encoding"] {
        let told = refused(&headers(&[(name, "7")])).await;
        assert!(told.contains(name) && told.contains("leave it out"), "{told}");
    }
}

#[tokio::test]
async fn a_line_end_in_a_header_is_refused_without_being_shown() {
    for value in ["canary\r\nx-api-key: evil", "canary\n", "\rcanary", "canary\0"] {
        let told = refused(&headers(&[("x-trace", value)])).await;
        assert!(told.contains("`x-trace`") && !told.contains("canary"), "{told}");
    }
    for name in ["", "x trace", "x\r\nevil", "x:y"] {
        let told = refused(&headers(&[(name, "1")])).await;
        assert!(told.contains("no header's name") && !told.contains('\n'), "{told}");
    }
}

#[tokio::test]
async fn extra_fields_are_sent_and_have_the_last_word_streamed_or_not() {
    let stream = vec![stream_head(), send("data: {\"text\":\"hi\"}\n\ndata: [DONE]\n\n")];
    let server = Server::start([vec![answer(200, JSON, r#"{"text":"hi"}"#)], stream]);
    let Value::Object(extra_body) =
        json!({"prompt": "other", "metadata": {"a": [1.5, null, "ü"]}, "top_k": 3})
    else {
        unreachable!("an object")
    };
    let settings = Settings { extra_body, ..Settings::default() };
    let model = model(&server.url(), short());
    ask_with(&model, &settings).await.unwrap();
    let messages = [Message::user("hello")];
    let request = Request::new(&messages, &settings);
    collect(model.stream(&request).await.unwrap()).await.end.unwrap();
    let requests = server.requests();
    let sent = requests.iter().map(|request| request.split_once("\r\n\r\n").unwrap().1);
    for (body, streamed) in sent.zip([false, true]) {
        assert_eq!(body.matches("\"prompt\"").count(), 1, "{body}");
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(
            body,
            json!({"model": "small", "prompt": "other", "stream": streamed,
                "metadata": {"a": [1.5, null, "ü"]}, "top_k": 3})
        );
    }
}

fn claude(url: &str) -> HttpModel {
    let transport = HttpTransport::default();
    let id = "anthropic:claude-sonnet-4-5".parse().unwrap();
    HttpModel::new(id, Arc::new(Messages::new()), transport, url.parse().unwrap())
        .with_timeouts(short())
        .with_key(ApiKey::new(CANARY).unwrap())
}

async fn count(model: &dyn Model) -> Result<u64, ModelError> {
    let (messages, settings) = ([Message::user("hello")], headers(&[("x-trace", "abc")]));
    model.count_tokens(&Request::new(&messages, &settings)).await
}

#[tokio::test]
async fn tokens_are_counted_at_the_providers_own_address() {
    let server = Server::start([vec![answer(200, JSON, r#"{"input_tokens":19}"#)]]);
    assert_eq!(count(&claude(&server.url())).await.unwrap(), 19);
    let sent = &server.requests()[0];
    assert!(sent.starts_with("POST /v1/messages/count_tokens HTTP/1.1\r\n"), "{sent}");
    assert!(sent.contains(&format!("x-api-key: {CANARY}\r\n")), "{sent}");
    assert!(sent.contains("x-trace: abc\r\n"), "{sent}");
}

#[tokio::test]
async fn a_count_that_fails_is_classed_as_a_reply_that_fails() {
    let busy = r#"{"type":"error","error":{"type":"overloaded_error","message":"busy"}}"#;
    let server = Server::start([
        vec![answer(529, JSON, busy)],
        vec![answer(200, "content-type: text/html\r\n", "<html>")],
        vec![answer(200, JSON, "{}")],
    ]);
    let model = claude(&server.url());
    let error = count(&model).await.unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Provider(ProviderFault::Overloaded));
    assert_eq!((error.status(), error.provider()), (Some(529), Some("anthropic")));
    for fault in [ProtocolFault::NotJson, ProtocolFault::BadShape] {
        let error = count(&model).await.unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Protocol(fault), "{error}");
    }
}

#[tokio::test]
async fn where_no_tokens_are_counted_nothing_is_sent() {
    let server = replies();
    for model in [&model(&server.url(), short()) as &dyn Model, &OfflineModel::default()] {
        let error = count(model).await.unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Config);
        assert!(error.to_string().contains("counts no tokens"), "{error}");
    }
    assert!(server.requests().is_empty());
}

#[test]
fn a_profile_is_changed_for_the_models_that_are_meant() {
    let connection = Connection::new()
        .base_url("openai", "http://127.0.0.1:1/v1")
        .profile("openai:tiny", |profile| profile.json_schema = false)
        .profile("openai:", |profile| profile.free = true)
        .profile("openai:tiny-2", |profile| profile.json_schema = true);
    let profile = |id: &str| connect(&id.parse().unwrap(), &connection).unwrap().profile().clone();
    for (id, json_schema) in [("openai:tiny-1", false), ("openai:tiny-2", true), ("openai:o", true)]
    {
        let profile = profile(id);
        assert_eq!((profile.json_schema, profile.free), (json_schema, true), "{id}");
    }
}
