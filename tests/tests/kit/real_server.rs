//! An agent on a real inference server, recorded, and played when the server is gone.

use fastroai::money::Rates;
use fastroai::prelude::*;
use fastroai::providers::Connection;
use fastroai::testing::{Cassette, assert_tool_calls};
use tests::llama::{Server, TinyModel};
use tests::{shared_or_skip, skip};

use super::server::{Folder, KEY};
use super::stage::weather;

/// You are a travel assistant.
#[agent(model = "openai:tiny", tools = [weather], max_tokens = 200, timeout = "60s")]
struct Tiny;

fn runtime(connection: Connection) -> Runtime {
    let rates = Rates::per_million("1", "2").expect("two prices");
    Runtime::builder()
        .connection(connection)
        .price("openai:tiny", rates)
        .expect("a pattern")
        .build()
}

/// A whole answer and a streamed one.
async fn ask(runtime: &Runtime) -> (AgentResponse<String>, Vec<String>) {
    let whole = Tiny.run("Rain in Paris?").on(runtime).await.expect("an answer");
    let (mut stream, mut texts) = (Tiny.run("And Rome?").on(runtime).stream(), Vec::new());
    while let Some(event) = stream.next().await {
        if let AgentEvent::Text(text) = event.expect("an event") {
            texts.push(text);
        }
    }
    (whole, texts)
}

#[tokio::test]
async fn a_real_server_is_recorded_and_played_when_it_is_gone() {
    let test = "a_real_server_is_recorded_and_played_when_it_is_gone";
    let Some(shared) = shared_or_skip(test) else { return };
    let server = match Server::start(TinyModel::Plain, &shared) {
        Ok(server) => server,
        Err(error) => return skip(test, &error),
    };
    let url = format!("{}/v1", server.url());
    let folder = Folder::new("real");
    let cassette = Cassette::record(folder.file()).expect("a cassette");
    let connection = Connection::new().base_url("openai", &url).key("openai", KEY);
    let (whole, texts) = cassette.scope(ask(&runtime(connection))).await;
    cassette.finish().expect("it is written");
    drop(server);
    assert!(!folder.read().contains("canary"));
    assert_tool_calls!(whole, [weather]);
    assert!(texts.len() > 1, "{texts:?}");

    let cassette = Cassette::play(folder.file()).expect("a cassette");
    let connection = Connection::new().environment(|_| None).base_url("openai", &url);
    let (played, again) = cassette.scope(ask(&runtime(connection))).await;
    cassette.finish().expect("all of it was played");
    assert_eq!((played.output, played.cost, played.usage), (whole.output, whole.cost, whole.usage));
    assert_eq!(again, texts);
}
