//! What no cassette may hold.

use fastroai::prelude::*;
use fastroai::providers::{Connection, Settings};
use fastroai::testing::Cassette;
use serde_json::json;

use super::server::{Answer, Folder, KEY, Server, events, text};
use super::stage::Travel;

/// Records one exchange, with all the secrets that there are, and gives the file.
async fn recorded(name: &str, answer: Answer, prompt: &str) -> String {
    let folder = Folder::new(name);
    let server = Server::new(vec![answer]);
    let mut settings = Settings::default();
    for (header, value) in [
        ("openai-organization", "org-canaryorganisation"),
        ("openai-project", "proj_canaryprojectname"),
        ("x-gateway-token", "canary-gateway-token"),
    ] {
        settings.extra_headers.insert(header.to_owned(), value.to_owned());
    }
    settings.extra_body.insert("api_key".to_owned(), json!("canary-in-the-body"));
    let cassette = Cassette::record(folder.file()).expect("a cassette");
    cassette.scrub("canary-of-the-user");
    let run = Travel.run(prompt).settings(&settings).on(&server.runtime()).stream();
    let drain = async {
        let mut run = run;
        while run.next().await.is_some() {}
    };
    cassette.scope(drain).await;
    cassette.finish().expect("it is written");
    server.gone();
    folder.read()
}

#[tokio::test]
async fn keys_cookies_and_organisations_are_not_in_the_file() {
    let answer = Answer::json(&text(&format!("Your key is {KEY}, of org-canaryorganisation.")))
        .header("set-cookie: session=canary-cookie")
        .header("openai-organization: canary-organisation")
        .header("x-request-id: req_canary");
    let file = recorded("secrets", answer, "I am canary-of-the-user").await;
    assert!(file.contains("I am [scrubbed]"), "{file}");
    assert!(file.contains("Your key is [scrubbed], of org-[scrubbed]."), "{file}");
    assert!(!file.contains("canary"), "{file}");
}

#[tokio::test]
async fn a_key_that_a_stream_repeats_in_pieces_is_not_in_the_file() {
    let mut pieces = events(&["The key ", KEY, " is wrong."]).concat();
    let within = pieces.find(KEY).expect("the key") + 9;
    let rest = pieces.split_off(within);
    let file = recorded("streamed", Answer::events(vec![pieces, rest]), "Hi").await;
    assert!(!file.contains("canary") && !file.contains("0123456789abcdef"), "{file}");
    assert!(file.contains("The key "), "{file}");
}

#[tokio::test]
async fn an_error_that_repeats_the_key_is_not_in_the_file() {
    let body = json!({"error": {"message": format!("Incorrect API key provided: {KEY}")}});
    let answer = Answer::new(401, "application/json", vec![body.to_string()]);
    let file = recorded("refused", answer, "Hi").await;
    assert!(file.contains("Incorrect API key provided: [scrubbed]"), "{file}");
    assert!(!file.contains("canary"), "{file}");
}

#[tokio::test]
async fn a_key_of_any_form_is_not_in_the_file_and_what_was_scrubbed_is_played() {
    // No pattern knows this one.
    let key = "pass/word+with=signs";
    let folder = Folder::new("odd_key");
    let server =
        Server::new(vec![Answer::json(&text(&format!("{key} and pass%2Fword%2Bwith%3Dsigns")))]);
    let runtime = |url: &str, key: &str| {
        let connection = Connection::new().environment(|_| None).base_url("openai", url);
        Runtime::builder().connection(connection.key("openai", key)).build()
    };
    let prompt = format!("Is {key} a good key?");
    let cassette = Cassette::record(folder.file()).expect("a cassette");
    let asked = cassette.scope(Travel.run(prompt.clone()).on(&runtime(&server.url, key))).await;
    assert!(asked.expect("an answer").output.contains(key));
    cassette.finish().expect("it is written");
    let url = server.gone();
    let file = folder.read();
    assert!(!file.contains("pass/word") && !file.contains("pass%2F"), "{file}");

    let cassette = Cassette::play(folder.file()).expect("a cassette");
    cassette.scrub(key);
    let asked = cassette.scope(Travel.run(prompt).on(&runtime(&url, "another"))).await;
    assert_eq!(asked.expect("an answer").output, "[scrubbed] and [scrubbed]");
    cassette.finish().expect("all of it was played");
}
