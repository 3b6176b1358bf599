//! Ways to ask each service of the table.

use std::sync::Arc;

use fastroai_providers::services::{Address, FACES, Face};
use fastroai_providers::{
    Connection, Message, Model, ModelError, Request, Settings, StreamEvent, connect,
};
use futures_util::StreamExt;
use tests::transport::{Exchange, ScriptedTransport};

/// One face of each wire.
pub(crate) const WIRES: [&str; 4] = ["openai", "openai-responses", "anthropic", "google"];

/// A name of a model that every service would take.
pub(crate) const NAME: &str = "claude-gpt-gemini-1";

pub(crate) fn connection(transport: &ScriptedTransport, key: &str) -> Connection {
    let connection = Connection::new().environment(|_| None).transport(transport.clone());
    FACES.iter().fold(connection, |connection, face| {
        let connection = connection.key(face.name, key);
        match face.address {
            Address::At(_) => connection,
            _ => connection.base_url(face.name, "https://api.test/v1"),
        }
    })
}

pub(crate) fn model(face: &Face, transport: &ScriptedTransport, key: &str) -> Arc<dyn Model> {
    let id = format!("{}:{NAME}", face.name).parse().expect("a model's name");
    connect(&id, &connection(transport, key)).unwrap_or_else(|error| panic!("{id}: {error}"))
}

/// Answers that say no, as many as anyone may ask for.
pub(crate) fn refusing() -> ScriptedTransport {
    ScriptedTransport::new((0..64).map(|_| Exchange::answer(400, "{}")))
}

/// Asks in all ways that the model has: whole, streamed, counted, fetched and given up.
pub(crate) async fn ask_in_all_ways(model: &dyn Model, settings: &Settings) -> Vec<ModelError> {
    let messages = [Message::user("hello")];
    let request = Request::new(&messages, settings);
    let mut errors = vec![model.request(&request).await.expect_err("a refusal")];
    errors.extend(streamed(model, &request).await);
    errors.extend(model.count_tokens(&request).await.err());
    errors.extend(model.poll(settings, "resp_1").await.err());
    errors.extend(model.cancel(settings, "resp_1").await.err());
    errors
}

async fn streamed(model: &dyn Model, request: &Request<'_>) -> Option<ModelError> {
    let mut events = match model.stream(request).await {
        Ok(events) => events,
        Err(error) => return Some(error),
    };
    while let Some(event) = events.next().await {
        match event {
            Ok(StreamEvent::Done(_)) => return None,
            Ok(_) => {}
            Err(error) => return Some(error),
        }
    }
    None
}
