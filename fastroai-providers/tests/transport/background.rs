//! Replies that are made in the background: fetched and given up at their own addresses.

use std::sync::Arc;

use fastroai_providers::error::{ModelErrorKind, ProviderFault};
use fastroai_providers::http::{ApiKey, HttpModel, HttpTransport};
use fastroai_providers::openai::{ChatCompletions, Responses};
use fastroai_providers::protocol::Protocol;
use fastroai_providers::{FinishReason, Model, Settings};

use crate::server::{JSON, Server, answer};
use crate::tiny::{CANARY, short};

fn model(wire: impl Protocol, server: &Server) -> HttpModel {
    let (id, url) = ("openai-responses:gpt-5".parse().unwrap(), server.url().parse().unwrap());
    HttpModel::new(id, Arc::new(wire), HttpTransport::default(), url)
        .with_timeouts(short())
        .with_key(ApiKey::new(CANARY).unwrap())
}

fn settings() -> Settings {
    let headers = [("x-trace".to_owned(), "abc".to_owned())];
    Settings { extra_headers: headers.into_iter().collect(), ..Settings::default() }
}

const PENDING: &str = r#"{"id":"resp_1","status":"in_progress","background":true,"output":[]}"#;

#[tokio::test]
async fn a_reply_is_fetched_without_a_body_and_given_up_with_an_empty_one() {
    let server = Server::start([vec![answer(200, JSON, PENDING)], vec![answer(200, JSON, "{}")]]);
    let model = model(Responses::new(), &server);
    let reply = model.poll(&settings(), "resp_1").await.unwrap();
    assert_eq!(reply.finish_reason, FinishReason::Pending);
    assert_eq!(reply.provider.as_deref(), Some("openai-responses"));
    model.cancel(&settings(), "resp_1").await.unwrap();

    let [fetched, given_up] = server.requests().try_into().unwrap();
    assert!(fetched.starts_with("GET /responses/resp_1 HTTP/1.1\r\n"), "{fetched}");
    assert!(fetched.ends_with("\r\n\r\n") && !fetched.contains("content-type"), "{fetched}");
    assert!(given_up.starts_with("POST /responses/resp_1/cancel HTTP/1.1\r\n"), "{given_up}");
    assert!(given_up.ends_with("\r\n\r\n{}"), "{given_up}");
    for request in [fetched, given_up] {
        assert!(request.contains(&format!("authorization: Bearer {CANARY}\r\n")), "{request}");
        assert!(request.contains("x-trace: abc\r\n"), "{request}");
    }
}

#[tokio::test]
async fn a_reply_that_is_kept_no_more_is_not_found_and_no_model_is_suggested() {
    let gone = r#"{"error":{"message":"Response with id 'resp_1' not found."}}"#;
    let server = Server::start([vec![answer(404, JSON, gone)]]);
    let error = model(Responses::new(), &server).poll(&settings(), "resp_1").await.unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Provider(ProviderFault::NotFound));
    assert_eq!(error.status(), Some(404));
    let told = error.to_string();
    assert!(
        told.contains("kept for some minutes only") && !told.contains("did you mean"),
        "{told}"
    );
}

#[tokio::test]
async fn a_wire_that_makes_none_asks_for_none() {
    let server = Server::start([]);
    let model = model(ChatCompletions::new(), &server);
    let error = model.poll(&settings(), "resp_1").await.unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Config);
    let error = model.cancel(&settings(), "resp_1").await.unwrap_err();
    assert!(error.to_string().contains("makes no replies in the background"), "{error}");
    assert!(server.requests().is_empty());
}
