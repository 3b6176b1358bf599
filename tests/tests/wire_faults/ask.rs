//! Ways to ask a model whose provider follows a script.

use std::sync::Arc;

use fastroai_providers::http::Timeouts;
use fastroai_providers::request::Schema;
use fastroai_providers::{
    Connection, Delta, Message, Model, ModelError, Request, Response, Settings, StreamEvent,
    ToolDefinition, connect,
};
use futures_util::StreamExt;
use serde_json::json;
use tests::transport::{Exchange, Piece, ScriptedTransport, bytes};

pub(crate) const OPENAI: &str = "openai:gpt-4o-mini";
pub(crate) const RESPONSES: &str = "openai-responses:gpt-4o-mini";
pub(crate) const ANTHROPIC: &str = "anthropic:claude-sonnet-4-5";
pub(crate) const GOOGLE: &str = "google:gemini-2.5-flash";

pub(crate) const KEY: &str = "sk-canary-8f2e7d1c";

/// A connection that follows the script, sees no environment and has a key for each provider.
pub(crate) fn connection(transport: &ScriptedTransport) -> Connection {
    let connection = Connection::new().environment(|_| None).transport(transport.clone());
    ["openai", "openai-responses", "anthropic", "google", "groq"]
        .into_iter()
        .fold(connection, |connection, provider| connection.key(provider, KEY))
}

pub(crate) fn model(id: &str, connection: &Connection) -> Arc<dyn Model> {
    connect(&id.parse().expect("a model's name"), connection).expect("a model")
}

/// The tools `weather` and `time`.
fn tools() -> Vec<Arc<ToolDefinition>> {
    ["weather", "time"]
        .map(|name| {
            let schema = Schema::new(json!({"type": "object", "properties": {}}));
            Arc::new(ToolDefinition::new(name, "Tells it.", schema))
        })
        .to_vec()
}

/// Asks once for a whole answer, two tools on offer.
pub(crate) async fn ask(model: &dyn Model) -> Result<Response, ModelError> {
    let (messages, settings, tools) = ([Message::user("hello")], Settings::default(), tools());
    let mut request = Request::new(&messages, &settings);
    request.tools = &tools;
    model.request(&request).await
}

/// The answer to one exchange, whole.
pub(crate) async fn whole(id: &str, exchange: Exchange) -> Result<Response, ModelError> {
    let transport = ScriptedTransport::new([exchange]);
    let answer = ask(&*model(id, &connection(&transport))).await;
    assert_eq!(transport.seen().len(), 1, "one attempt is one request");
    answer
}

/// What came of a stream: its text in pieces, and its end.
pub(crate) struct Streamed {
    pub(crate) text: String,
    pub(crate) end: Result<Response, ModelError>,
}

pub(crate) async fn streamed_with(id: &str, timeouts: Timeouts, exchange: Exchange) -> Streamed {
    let transport = ScriptedTransport::new([exchange]);
    let model = model(id, &connection(&transport).timeouts(timeouts));
    let (messages, settings, tools) = ([Message::user("hello")], Settings::default(), tools());
    let mut request = Request::new(&messages, &settings);
    request.tools = &tools;
    let streamed = match model.stream(&request).await {
        Ok(mut events) => {
            let mut text = String::new();
            loop {
                match events.next().await.expect("an end") {
                    Ok(StreamEvent::Delta(Delta::Text(piece))) => text.push_str(&piece),
                    Ok(StreamEvent::Done(reply)) => break Streamed { text, end: Ok(*reply) },
                    Ok(_) => {}
                    Err(error) => break Streamed { text, end: Err(error) },
                }
            }
        }
        Err(error) => Streamed { text: String::new(), end: Err(error) },
    };
    assert_eq!(transport.seen().len(), 1, "one attempt is one request");
    streamed
}

pub(crate) async fn streamed(id: &str, pieces: impl IntoIterator<Item = Piece>) -> Streamed {
    streamed_with(id, Timeouts::default(), Exchange::stream(pieces)).await
}

/// An event of Chat Completions with one choice.
pub(crate) fn choice(delta: &str, finish: &str) -> Piece {
    let finish = if finish.is_empty() { "null".to_owned() } else { format!("\"{finish}\"") };
    event(&format!(r#""choices":[{{"index":0,"delta":{delta},"finish_reason":{finish}}}]"#))
}

/// An event of Chat Completions with these members.
pub(crate) fn event(members: &str) -> Piece {
    bytes(format!(
        "data: {{\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,\
         \"model\":\"m\",{members}}}\n\n"
    ))
}

pub(crate) fn says(text: &str) -> Piece {
    choice(&format!(r#"{{"content":"{text}"}}"#), "")
}

/// A piece of a tool call; what is empty is left out.
pub(crate) fn calls(index: usize, id: &str, name: &str, arguments: &str) -> Piece {
    let member = |key: &str, value: &str| match value {
        "" => String::new(),
        value => format!("\"{key}\":{},", json!(value)),
    };
    let (id, name) = (member("id", id), member("name", name));
    let arguments = json!(arguments);
    choice(
        &format!(
            r#"{{"tool_calls":[{{"index":{index},{id}"function":{{{name}"arguments":{arguments}}}}}]}}"#
        ),
        "",
    )
}

pub(crate) fn done() -> Piece {
    bytes("data: [DONE]\n\n")
}

/// A whole reply of Chat Completions.
pub(crate) fn completion(message: &str, finish: &str, usage: &str) -> Exchange {
    Exchange::answer(
        200,
        format!(
            r#"{{"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[
            {{"index":0,"message":{message},"finish_reason":"{finish}"}}],"usage":{usage}}}"#
        ),
    )
}

pub(crate) const USAGE: &str = r#"{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}"#;
