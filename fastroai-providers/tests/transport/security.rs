//! Keys and prompts stay where they belong.

use std::error::Error;
use std::fmt::Debug;
use std::sync::Arc;

use fastroai_providers::http::{ApiKey, BaseUrl, HttpModel, HttpTransport};
use fastroai_providers::{Connection, ModelError, Settings};
use proptest::prelude::*;

use crate::server::{JSON, Server, Step, answer, send, stream_head};
use crate::tiny::{CANARY, Tiny, ask, ask_with, model, short, stream};

/// Everything that an error can be made to say, the provider's own words and the causes included.
fn all_of(error: &ModelError) -> String {
    let own = format!("{error} {error:?} {error:#?} {:?} {:?}", error.detail(), error.code());
    let causes = std::iter::successors(error.source(), |&error| error.source());
    causes.fold(own, |text, cause| format!("{text} {cause} {cause:?}"))
}

fn assert_silent(what: &str, text: &str) {
    assert!(!text.contains(CANARY), "{what} shows the key: {text}");
    assert!(!text.contains("canary"), "{what} shows some of the key: {text}");
}

#[tokio::test]
async fn s1_the_key_is_in_the_request_and_nowhere_else() {
    let server = Server::start([vec![answer(200, JSON, r#"{"text":"hi"}"#)]]);
    let model = model(&server.url(), short());
    let response = ask_with(&model, &Settings::default()).await.unwrap();
    let sent = &server.requests()[0];
    assert!(sent.contains(&format!("x-api-key: {CANARY}\r\n")), "{sent}");
    let request_line = sent.lines().next().unwrap();
    assert_silent("the address", request_line);

    let key = ApiKey::new(CANARY).unwrap();
    let connection = Connection::new()
        .key("openai", CANARY)
        .base_url("openai", format!("https://user:{CANARY}@api.test/"))
        .environment(|_| Some(CANARY.to_owned()));
    let shown: [(&str, &dyn Debug); 5] = [
        ("the key", &key),
        ("the model", &model),
        ("the response", &response),
        ("the connection", &connection),
        ("the transport", &HttpTransport::default()),
    ];
    for (what, shown) in shown {
        assert_silent(what, &format!("{shown:?} {shown:#?}"));
    }
}

#[tokio::test]
async fn s1_no_failure_shows_the_key_or_the_address() {
    let scripts: [Vec<Step>; 6] = [
        vec![Step::Reset],
        vec![Step::Close],
        vec![send("not http at all\r\n\r\n")],
        vec![answer(302, &format!("location: https://x.test/?k={CANARY}\r\n"), "")],
        vec![answer(200, JSON, format!("{{\"text\": {CANARY}"))],
        vec![answer(500, &format!("x-request-id: {CANARY}\r\n"), CANARY)],
    ];
    for script in scripts {
        let server = Server::start([script.clone(), script]);
        for error in [
            ask(&server, short()).await.unwrap_err(),
            stream(&server, short()).await.end.unwrap_err(),
        ] {
            assert_silent("an error", &all_of(&error));
            assert!(!all_of(&error).contains("/v1/ask"), "{}", all_of(&error));
        }
    }
}

#[tokio::test]
async fn s3_a_key_that_the_provider_repeats_is_scrubbed() {
    for padding in [0, 150, 190, 195] {
        let said = format!("{}bad key {CANARY}", "x".repeat(padding));
        let body = format!(r#"{{"error":{{"code":"{CANARY}","message":"{said}"}}}}"#);
        let whole = Server::start([vec![answer(401, JSON, &body)], vec![answer(200, JSON, &body)]]);
        let streamed = Server::start([vec![
            stream_head(),
            send("data: {\"text\":\"hel\"}\n\n"),
            send(format!("data: {body}\n\n")),
        ]]);
        let errors = [
            ask(&whole, short()).await.unwrap_err(),
            ask(&whole, short()).await.unwrap_err(),
            stream(&streamed, short()).await.end.unwrap_err(),
        ];
        for error in errors {
            assert_silent("an error", &all_of(&error));
        }
    }
}

#[test]
fn s4_an_unencrypted_address_is_taken_on_this_machine_only() {
    for good in
        ["http://127.0.0.1:1/v1", "http://127.9.9.9", "http://[::1]:8080", "http://localhost:11434"]
    {
        assert!(good.parse::<BaseUrl>().unwrap().is_loopback(), "{good}");
    }
    for bad in [
        "http://api.openai.com",
        "http://127.0.0.1.evil.test",
        "http://localhost.evil.test",
        "http://0.0.0.0",
        "http://192.168.0.1",
        "http://[::2]",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "api.openai.com/v1",
        "",
    ] {
        assert!(bad.parse::<BaseUrl>().is_err(), "{bad}");
    }
}

proptest! {
    #[test]
    fn s5_user_info_query_and_fragment_are_refused_without_being_shown(
        secret in "[a-z]{12}",
        place in 0..4,
    ) {
        let url = match place {
            0 => format!("https://{secret}@api.test/v1"),
            1 => format!("https://u:{secret}@api.test/v1"),
            2 => format!("https://api.test/v1?{secret}"),
            _ => format!("https://api.test/v1#{secret}"),
        };
        let error = url.parse::<BaseUrl>().unwrap_err();
        let shown = format!("{error} {error:?}");
        prop_assert!(!shown.contains(&secret));
    }

    #[test]
    fn s5_any_text_is_a_base_url_or_an_error(text in "(https?://)?\\PC{0,40}") {
        if let Ok(url) = text.parse::<BaseUrl>() {
            prop_assert!(url.is_loopback() || url.to_string().starts_with("https://"));
            prop_assert!(!url.to_string().contains(['?', '#']));
        }
    }

    #[test]
    fn s8_a_key_reaches_the_header_as_it_is_or_not_at_all(key in "\\PC{0,20}[\r\n\0]?\\PC{0,20}") {
        let plain = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
        prop_assert_eq!(ApiKey::new(key).is_ok(), plain);
    }
}

#[tokio::test]
async fn s8_a_line_end_in_a_header_of_the_request_sends_nothing() {
    let server = Server::start([vec![answer(200, JSON, r#"{"text":"hi"}"#)]]);
    let id = "tiny:small".parse().unwrap();
    let model =
        HttpModel::new(id, Arc::new(Tiny), HttpTransport::default(), server.url().parse().unwrap());
    let settings =
        Settings { service_tier: Some("fast\r\nx-evil: 1".to_owned()), ..Settings::default() };
    let error = ask_with(&model, &settings).await.unwrap_err();
    assert!(matches!(error.kind(), fastroai_providers::ModelErrorKind::Config), "{error:?}");
    assert!(server.requests().is_empty());
}
