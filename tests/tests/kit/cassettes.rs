//! Exchanges that are recorded once, and played when the server is gone.

use std::fs;

use fastroai::prelude::*;
use fastroai::providers::{Connection, Message, Request, Settings};
use fastroai::testing::{Cassette, CassetteError};
use fastroai::{ErrorKind, RetryPolicy};
use serde_json::{Value, json};

use super::server::{Answer, Folder, KEY, Server, call, events, text};
use super::stage::Travel;

/// Records a trip with one tool, and gives the address where the server was.
async fn record(folder: &Folder) -> String {
    let server = Server::new(vec![
        Answer::json(&call("weather", &json!({"city": "Lisbon"}))),
        Answer::json(&text("It rains.")),
    ]);
    let cassette = Cassette::record(folder.file()).expect("a cassette");
    let answer = cassette.scope(Travel.run("Rain?").on(&server.runtime())).await;
    assert_eq!(answer.expect("an answer").output, "It rains.");
    cassette.finish().expect("it is written");
    server.gone()
}

fn runtime(url: &str) -> Runtime {
    Runtime::builder()
        .connection(Connection::new().environment(|_| None).base_url("openai", url))
        .retry(RetryPolicy::never())
        .build()
}

#[tokio::test]
async fn what_was_recorded_is_played_without_the_server_and_without_a_key() {
    let folder = Folder::new("plays");
    let url = record(&folder).await;
    for _ in 0..2 {
        let cassette = Cassette::play(folder.file()).expect("a cassette");
        let answer = cassette.scope(Travel.run("Rain?").on(&runtime(&url))).await;
        let answer = answer.expect("an answer");
        assert_eq!((answer.output.as_str(), answer.tool_calls.len()), ("It rains.", 1));
        assert_eq!(answer.usage.input_tokens, Some(2000));
        cassette.finish().expect("all of it was played");
    }
}

#[tokio::test]
async fn the_file_is_readable_and_holds_no_more_than_is_needed() {
    let folder = Folder::new("readable");
    let url = record(&folder).await;
    let file: Value = serde_json::from_str(&folder.read()).expect("JSON");
    assert!(folder.read().lines().count() > 50, "one thing in a line");
    let first = &file["exchanges"][0];
    assert_eq!(first["request"]["url"], format!("{url}/chat/completions"));
    assert_eq!(
        first["request"]["headers"],
        json!({"accept": "application/json", "content-type": "application/json"})
    );
    assert_eq!(first["request"]["body"]["messages"][1]["content"], "Rain?");
    assert_eq!(first["response"]["headers"], json!({"content-type": "application/json"}));
    assert_eq!(first["response"]["json"]["usage"]["prompt_tokens"], 1000);
    assert_eq!(file["exchanges"].as_array().expect("a list").len(), 2);
}

#[tokio::test]
async fn another_request_fails_with_what_differs_and_nothing_is_sent() {
    let folder = Folder::new("differs");
    let url = record(&folder).await;
    let cassette = Cassette::play(folder.file()).expect("a cassette");
    let error =
        cassette.scope(Travel.run("Snow?").on(&runtime(&url))).await.expect_err("no answer");
    let ErrorKind::Model(cause) = error.kind() else { panic!("{error:?}") };
    assert!(cause.to_string().contains("the cassette `trip` has no such request"), "{cause}");
    assert!(!format!("{error} {error:?}").contains("Snow?"), "a message holds no prompt");
    let told = cassette.finish().expect_err("a difference").to_string();
    assert!(told.contains("\n-       \"content\": \"Rain?\""), "{told}");
    assert!(told.contains("\n+       \"content\": \"Snow?\""), "{told}");
    assert!(
        told.contains("FASTROAI_RECORD=1 cargo test -p tests cassettes::another_request"),
        "{told}"
    );
}

#[tokio::test]
async fn another_address_is_another_request() {
    let folder = Folder::new("address");
    record(&folder).await;
    let cassette = Cassette::play(folder.file()).expect("a cassette");
    let elsewhere = runtime("http://127.0.0.1:1/v1");
    cassette.scope(Travel.run("Rain?").on(&elsewhere)).await.expect_err("no answer");
    let told = cassette.finish().expect_err("a difference").to_string();
    assert!(told.contains("+ POST http://127.0.0.1:1/v1/chat/completions"), "{told}");
}

#[tokio::test]
async fn a_cassette_that_was_tampered_with_fails() {
    let folder = Folder::new("tampered");
    let url = record(&folder).await;
    let honest = folder.read();
    for (from, to, why) in [
        ("rain in Lisbon", "sun in Lisbon", "the result that went back to the model"),
        (r#"\"Lisbon\""#, r#"\"Porto\""#, "the arguments that the model wrote"),
        ("You are a travel assistant.", "You are a pirate.", "the instructions"),
    ] {
        fs::write(folder.file(), honest.replacen(from, to, 1)).expect("a file");
        let cassette = Cassette::play(folder.file()).expect("a cassette");
        let ended = cassette.scope(Travel.run("Rain?").on(&runtime(&url))).await;
        assert!(ended.is_err(), "{why}");
        assert!(matches!(cassette.finish(), Err(CassetteError::Mismatch { .. })), "{why}");
    }
}

#[tokio::test]
async fn an_exchange_that_nobody_asks_for_fails() {
    let folder = Folder::new("unplayed");
    let url = record(&folder).await;
    let cassette = Cassette::play(folder.file()).expect("a cassette");
    let told = cassette.finish().expect_err("nothing was asked").to_string();
    assert!(told.starts_with("2 of the exchanges of"), "{told}");
    assert!(told.contains(&format!("POST {url}/chat/completions")), "{told}");
    cassette.scope(Travel.run("Rain?").on(&runtime(&url))).await.expect("an answer");
    cassette.finish().expect("all of it was played");
    let again = cassette.scope(Travel.run("Rain?").on(&runtime(&url))).await;
    again.expect_err("each exchange is played once");
}

#[tokio::test]
async fn a_stream_comes_in_the_chunks_in_which_it_came() {
    let folder = Folder::new("stream");
    let mut pieces = events(&["It rains", " in ", "日本."]);
    let cut = pieces.remove(0);
    let (first, second) = cut.split_at(20);
    pieces.splice(0..0, [first.to_owned(), second.to_owned()]);
    let server = Server::new(vec![Answer::events(pieces.clone())]);
    let listen = async |runtime: &Runtime| {
        let (mut stream, mut texts) = (Travel.run("Rain?").on(runtime).stream(), Vec::new());
        while let Some(event) = stream.next().await {
            if let AgentEvent::Text(text) = event.expect("an event") {
                texts.push(text);
            }
        }
        texts
    };
    let cassette = Cassette::record(folder.file()).expect("a cassette");
    let heard = cassette.scope(listen(&server.runtime())).await;
    cassette.finish().expect("it is written");
    let url = server.gone();

    let file: Value = serde_json::from_str(&folder.read()).expect("JSON");
    let chunks = file["exchanges"][0]["response"]["chunks"].as_array().expect("chunks").clone();
    let text: String = chunks.iter().filter_map(Value::as_str).collect();
    assert_eq!(text, pieces.concat());
    assert!(chunks.len() > 1, "in pieces: {chunks:?}");

    let cassette = Cassette::play(folder.file()).expect("a cassette");
    assert_eq!(cassette.scope(listen(&runtime(&url))).await, heard);
    assert_eq!(heard, ["It rains", " in ", "日本."]);
    cassette.finish().expect("all of it was played");
}

#[tokio::test]
async fn statuses_and_waits_are_played_too() {
    let folder = Folder::new("statuses");
    let refusal = json!({"error": {"message": "slow down", "type": "requests"}}).to_string();
    let server = Server::new(vec![
        Answer::new(429, "application/json", vec![refusal]).header("retry-after: 7"),
        Answer::json(&text("Now.")),
    ]);
    let ask = async |runtime: Runtime| {
        let (messages, settings) = ([Message::user("Hi")], Settings::default());
        let request = Request::new(&messages, &settings);
        let first = runtime.request("openai:gpt-4o-mini", &request).await.expect_err("429");
        let wait = first.model_error().and_then(fastroai::ModelError::retry_after);
        assert_eq!(wait, Some(std::time::Duration::from_secs(7)));
        runtime.request("openai:gpt-4o-mini", &request).await.expect("a reply").0.text()
    };
    let cassette = Cassette::record(folder.file()).expect("a cassette");
    assert_eq!(cassette.scope(ask(server.runtime())).await, "Now.");
    cassette.finish().expect("it is written");
    let url = server.gone();
    let cassette = Cassette::play(folder.file()).expect("a cassette");
    assert_eq!(cassette.scope(ask(runtime(&url))).await, "Now.");
    cassette.finish().expect("all of it was played");
}

#[tokio::test]
async fn requests_side_by_side_are_played_in_whatever_order_they_come() {
    let folder = Folder::new("side_by_side");
    let server = Server::new(vec![Answer::json(&text("One.")), Answer::json(&text("Two."))]);
    let cassette = Cassette::record(folder.file()).expect("a cassette");
    let runtime_of_server = server.runtime();
    let (first, second) = cassette
        .scope(async {
            let first = Travel.run("First").on(&runtime_of_server).await.expect("an answer");
            let second = Travel.run("Second").on(&runtime_of_server).await.expect("an answer");
            (first.output, second.output)
        })
        .await;
    cassette.finish().expect("it is written");
    let played = runtime(&server.gone());
    let cassette = Cassette::play(folder.file()).expect("a cassette");
    let (two, one) = cassette
        .scope(async {
            tokio::join!(Travel.run("Second").on(&played), Travel.run("First").on(&played))
        })
        .await;
    assert_eq!(two.expect("an answer").output, second);
    assert_eq!(one.expect("an answer").output, first);
    cassette.finish().expect("all of it was played");
}

#[tokio::test]
async fn a_transport_of_ones_own_is_recorded_and_played_by_hand() {
    let folder = Folder::new("by_hand");
    let server = Server::new(vec![Answer::json(&text("Hello."))]);
    let ask = async |cassette: &Cassette, url: &str| {
        let connection = Connection::new().base_url("openai", url).key("openai", KEY);
        let connection = connection.clone().transport(cassette.over(connection.way()));
        let runtime = Runtime::builder().connection(connection).build();
        Travel.run("Hi").on(&runtime).await.expect("an answer").output
    };
    let cassette = Cassette::record(folder.file()).expect("a cassette");
    assert_eq!(ask(&cassette, &server.url).await, "Hello.");
    cassette.finish().expect("it is written");
    let url = server.gone();
    let cassette = Cassette::play(folder.file()).expect("a cassette");
    assert_eq!(ask(&cassette, &url).await, "Hello.");
    cassette.finish().expect("all of it was played");
}

#[test]
fn a_missing_or_foreign_file_says_what_to_do() {
    let folder = Folder::new("missing");
    let told = Cassette::play(folder.file()).expect_err("none").to_string();
    assert!(told.starts_with("there is no cassette "), "{told}");
    assert!(
        told.contains(
            "record it with `FASTROAI_RECORD=1 cargo test -p tests cassettes::a_missing_or_foreign_\
             file_says_what_to_do`"
        ),
        "{told}"
    );
    fs::create_dir_all(folder.file().parent().expect("a folder")).expect("a folder");
    for text in ["", "{}", "[]", r#"{"version": 2, "exchanges": []}"#, r#"{"version": 1}"#] {
        fs::write(folder.file(), text).expect("a file");
        let error = Cassette::play(folder.file()).expect_err("no cassette");
        assert!(matches!(error, CassetteError::Malformed { .. }), "{text}: {error}");
    }
}

#[test]
fn two_cannot_record_the_same_file_at_one_time() {
    let folder = Folder::new("twice");
    let first = Cassette::record(folder.file()).expect("a cassette");
    assert!(matches!(Cassette::record(folder.file()), Err(CassetteError::Recorded { .. })));
    drop(first);
    Cassette::record(folder.file()).expect("it is free again");
}
