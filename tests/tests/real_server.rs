//! Against a real inference server.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use serde_json::{Value, json};
use tests::llama::{Server, TinyModel};
use tests::{shared_or_skip, skip};

const SENTENCE: &str = "Hello from the tiny test model: café 日本 🚀 ok.";

/// The server, or `None` where this machine cannot run one.
fn server(test: &str, model: TinyModel) -> Option<&'static Server> {
    let shared = shared_or_skip(test)?;
    Server::of_process(model, &shared).map_err(|error| skip(test, &error)).ok()
}

fn post(server: &Server, path: &str, body: &Value) -> Value {
    let (status, reply) = server.post(path, &body.to_string()).expect("an exchange");
    assert_eq!(status, 200, "{path} answered {reply}");
    serde_json::from_str(&reply).expect("a JSON reply")
}

#[test]
fn the_tiny_server_answers() {
    let Some(server) = server("the_tiny_server_answers", TinyModel::Plain) else { return };
    let ask = json!({
        "model": "tiny",
        "max_tokens": 200,
        "messages": [{"role": "user", "content": "hi"}]
    });

    let chat = post(server, "/v1/chat/completions", &ask);
    assert_eq!(chat["choices"][0]["message"]["content"], SENTENCE);
    assert_eq!(chat["choices"][0]["finish_reason"], "stop");

    let messages = post(server, "/v1/messages", &ask);
    assert_eq!(messages["content"][0]["text"], SENTENCE);
    assert_eq!(messages["stop_reason"], "end_turn");
}

#[test]
fn the_thinking_server_thinks_before_it_answers() {
    let test = "the_thinking_server_thinks_before_it_answers";
    let Some(server) = server(test, TinyModel::Thinking) else { return };
    let ask = json!({"model": "tiny", "messages": [{"role": "user", "content": "hi"}]});
    let chat = post(server, "/v1/chat/completions", &ask);
    let message = &chat["choices"][0]["message"];
    assert_eq!(message["reasoning_content"], "Let me think about it!");
    assert_eq!(message["content"], SENTENCE);
}

#[test]
fn a_dropped_server_is_gone() {
    let test = "a_dropped_server_is_gone";
    let Some(shared) = shared_or_skip(test) else { return };
    match Server::start(TinyModel::Plain, &shared) {
        Ok(server) => {
            let url = server.url();
            let address = url.trim_start_matches("http://").to_owned();
            assert!(std::net::TcpStream::connect(&address).is_ok());
            drop(server);
            assert!(std::net::TcpStream::connect(&address).is_err());
        }
        Err(error) => skip(test, &error),
    }
}
