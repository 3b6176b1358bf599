//! A program with a secret in every channel, and what passes through its hands.

use std::error::Error as StdError;
use std::fmt;

use fastroai::agent::AgentBuilder;
use fastroai::audit::AuditTrail;
use fastroai::hook::{Alert, Alerts};
use fastroai::money::{Prices, Rates};
use fastroai::providers::http::KeyFiles;
use fastroai::providers::message::UserMessage;
use fastroai::providers::{Connection, Media, Settings, ToolCall, ToolOutcome, ToolResult};
use fastroai::tool::FunctionTool;
use fastroai::{
    Agent, AgentResponse, Call, Error, History, Message, RetryPolicy, Runtime, RuntimeBuilder,
    ToolError,
};
use serde_json::{Value, json};
use tests::folder::Folder;
use tests::transport::{Exchange, Piece, ScriptedTransport, bytes};

use crate::channels::{Channel, Form};
use crate::heard::Written;

pub(crate) const MODEL: &str = "openai:gpt-4o-mini";

/// Who a run is for: given by the program as metadata and as the id of the conversation.
pub(crate) const LABEL: &str = "grace.label@example.org";

/// An error of the program's own, which says everything.
#[derive(Debug)]
pub(crate) struct Own(pub(crate) String);

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Own {}

#[derive(serde::Deserialize, fastroai::schemars::JsonSchema)]
#[schemars(crate = "fastroai::schemars")]
struct Word {
    word: String,
}

/// One set of runs: how it is set up, and all that it has written and sent.
pub(crate) struct Program {
    pub(crate) form: Form,
    change: fn(RuntimeBuilder) -> RuntimeBuilder,
    folder: Folder,
    pub(crate) written: Written,
    pub(crate) wire: String,
    trails: usize,
}

impl Program {
    pub(crate) fn new(form: Form, change: fn(RuntimeBuilder) -> RuntimeBuilder) -> Self {
        let (folder, written) = (Folder::new(), Written::default());
        Self { form, change, folder, written, wire: String::new(), trails: 0 }
    }

    pub(crate) fn text(&self, channel: Channel) -> String {
        self.form.text(channel)
    }

    pub(crate) fn secret(&self, channel: Channel) -> String {
        self.form.secret(channel)
    }

    pub(crate) fn connection(&self, transport: &ScriptedTransport) -> Connection {
        let from_environment = self.secret(Channel::KeyFromEnvironment);
        Connection::new()
            .key("openai", self.secret(Channel::KeySet))
            .base_url(
                "openai",
                format!("https://models.example/{}/v1", Form::Unknown.secret(Channel::UrlPath)),
            )
            .environment(move |name| (name == "GROQ_API_KEY").then(|| from_environment.clone()))
            .transport(transport.clone())
    }

    /// Keys from a file.
    pub(crate) fn key_files(&self) -> KeyFiles {
        let path = self.folder.trail().with_file_name("key");
        std::fs::write(&path, self.secret(Channel::KeyFromFile)).unwrap();
        KeyFiles::new().with("mistral", path)
    }

    /// A runtime with a trail and alerts, on which everything is looked at.
    pub(crate) fn runtime(&mut self, connection: Connection) -> Runtime {
        self.on(Runtime::builder().retry(RetryPolicy::never()), connection)
    }

    pub(crate) fn on(&mut self, builder: RuntimeBuilder, connection: Connection) -> Runtime {
        self.written.debug("Connection", &connection);
        self.trails += 1;
        let path = self.folder.trail().with_file_name(format!("{}.jsonl", self.trails));
        let trail = AuditTrail::open(path).unwrap();
        let alerts = Alerts::to(|alert: &Alert| tracing::info!(?alert, "an alert")).repeats(2);
        self.written.debug("AuditTrail", &trail);
        self.written.debug("Alerts", &alerts);
        let rates = Rates::per_million("1", "2").unwrap();
        let prices = Prices::unlisted().with_override("*", rates).unwrap();
        let builder = builder.prices(prices).connection(connection);
        let runtime = (self.change)(builder).hook(trail).hook(alerts).build();
        self.written.debug("Runtime", &runtime);
        runtime
    }

    /// The transport that answers with these, whose headers are planted.
    pub(crate) fn transport(&mut self, exchanges: Vec<(u16, Value)>) -> ScriptedTransport {
        let exchanges = exchanges.into_iter().map(|(status, body)| {
            let body = body.to_string();
            self.wire.push_str(&body);
            let note = Form::Unknown.secret(Channel::ResponseHeader);
            self.wire.push_str(&note);
            Exchange::answer(status, body).header("x-note", note)
        });
        ScriptedTransport::new(exchanges.collect::<Vec<_>>())
    }

    /// The same, as streams of events; where it is to be cut, the last ones never come.
    pub(crate) fn streaming(&mut self, streams: Vec<Vec<Value>>, cut: bool) -> ScriptedTransport {
        let exchanges = streams.into_iter().map(|events| {
            let mut pieces: Vec<Piece> =
                events.iter().map(|event| bytes(format!("data: {event}\n\n"))).collect();
            self.wire.extend(events.iter().map(Value::to_string));
            if !cut {
                pieces.push(bytes("data: [DONE]\n\n"));
            }
            Exchange::stream(pieces).header("x-note", Form::Unknown.secret(Channel::ResponseHeader))
        });
        ScriptedTransport::new(exchanges.collect::<Vec<_>>())
    }

    /// Keeps what went over the wire.
    pub(crate) fn sent(&mut self, transport: &ScriptedTransport) {
        for seen in transport.seen() {
            self.wire.push_str(seen.url());
            for name in ["authorization", "x-secret-note"] {
                self.wire.push_str(seen.header(name).unwrap_or_default());
            }
            self.wire.push_str(&String::from_utf8_lossy(seen.bytes()));
        }
    }

    /// Does what the word says; any other word is answered.
    pub(crate) fn act(&self) -> FunctionTool {
        let (result, error, panic) = (
            self.text(Channel::ToolResult),
            self.text(Channel::ToolError),
            self.text(Channel::ToolPanic),
        );
        let description = self.text(Channel::ToolDescription);
        FunctionTool::new("act", description, move |Word { word }: Word, _run| {
            let (result, error, panic) = (result.clone(), error.clone(), panic.clone());
            async move {
                match word.as_str() {
                    "fail" => Err(ToolError::new(Own(error))),
                    "panic" => panic!("{panic}"),
                    "slow" => std::future::pending().await,
                    "correct" => Err(ToolError::retry(error)),
                    _ => Ok(result),
                }
            }
        })
    }

    pub(crate) fn agent(&self) -> AgentBuilder {
        Agent::builder()
            .name("keeper")
            .model(MODEL)
            .instructions(self.text(Channel::Instructions))
            .tool(self.act())
    }

    pub(crate) fn settings(&self) -> Settings {
        let mut settings = Settings::default();
        let note = Form::Unknown.secret(Channel::RequestHeader);
        settings.extra_headers.insert("x-secret-note".to_owned(), note);
        settings.extra_body.insert("user".to_owned(), json!(self.text(Channel::ExtraBody)));
        settings
    }

    pub(crate) fn prompt(&self) -> UserMessage {
        let secret = |channel| Form::Unknown.secret(channel);
        let url = format!("https://files.example/a.png?sig={}", secret(Channel::MediaUrl));
        let name = format!("{}.pdf", self.text(Channel::FileName));
        UserMessage::from(self.text(Channel::Prompt))
            .attach(Media::image_url(url).unwrap())
            .attach(Media::file(name, secret(Channel::MediaBytes)).unwrap())
            .attach(Media::document_uploaded("openai", secret(Channel::UploadedFile)).unwrap())
    }

    pub(crate) fn history(&self) -> History {
        let said = self.text(Channel::History);
        let call = ToolCall::new("old", "act", json!({ "word": said }).to_string());
        let mut reply = fastroai::providers::Response::default();
        reply.parts.push(fastroai::providers::Part::ToolCall(call.clone()));
        History::from(vec![
            Message::user(said.clone()),
            Message::Assistant(reply),
            Message::tool(vec![ToolResult::new(&call, said.clone(), ToolOutcome::Success)]),
            Message::correction(said),
        ])
    }

    pub(crate) fn labelled<T: Send + 'static>(call: Call<'_, T>) -> Call<'_, T> {
        call.metadata("tenant", LABEL).conversation_id(LABEL)
    }

    /// The bytes of all trails.
    pub(crate) fn read_trails(&mut self) {
        for number in 1..=self.trails {
            let path = self.folder.trail().with_file_name(format!("{number}.jsonl"));
            fastroai::audit::verify(&path).unwrap();
            self.written.add("the audit trail", std::fs::read_to_string(path).unwrap());
        }
    }
}

impl Written {
    pub(crate) fn conversation(&mut self, history: &History) {
        self.debug("History", history);
        for message in history {
            self.debug("Message", message);
        }
    }

    pub(crate) fn response<T>(&mut self, response: &AgentResponse<T>) {
        self.debug("AgentResponse", response);
        self.debug("Bill", &response.bill);
        self.display("Bill", &response.bill);
        self.display("Total", &response.cost);
        self.debug("Usage", &response.usage);
        self.debug("ToolCallRecord", &response.tool_calls);
        self.conversation(&response.messages);
    }

    pub(crate) fn error(&mut self, error: &Error) {
        self.debug("Error", error);
        self.display("Error", error);
        self.debug("ErrorKind", error.kind());
        self.display("ErrorKind", error.kind());
        self.debug("Bill", error.bill());
        self.display("Bill", error.bill());
        self.1.push(format!("{} {:?}", error.internal(), error.internal()));
        self.debug("PublicError", &error.public());
        self.display("PublicError", &error.public());
        self.debug("ErrorCategory", &error.category());
        self.debug("Withheld", &error.withheld());
        self.conversation(error.history());
        for error in error.model_errors() {
            self.debug("ModelError", error);
            self.display("ModelError", error);
        }
        let mut cause = error.source();
        while let Some(error) = cause {
            // An error of the program's own comes back to it as it was: what that shows is its own
            // doing.
            if error.downcast_ref::<Own>().is_none() {
                self.debug("a cause", error);
                self.display("a cause", error);
            }
            cause = error.source();
        }
    }
}

/// A whole reply of the Chat Completions wire.
pub(crate) fn completion(message: &Value, finish: &str) -> Value {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "model": "gpt-4o-mini",
        "choices": [{ "index": 0, "message": message, "finish_reason": finish }],
        "usage": { "prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15 },
    })
}

pub(crate) fn said(text: &str) -> Value {
    completion(&json!({ "role": "assistant", "content": text }), "stop")
}

/// An event of a stream on that wire.
pub(crate) fn chunk(delta: &Value, finish: Option<&str>) -> Value {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "gpt-4o-mini",
        "choices": [{ "index": 0, "delta": delta, "finish_reason": finish }],
    })
}

/// Calls of a tool, as id, name and arguments.
pub(crate) fn tool_calls(calls: &[(&str, &str, String)]) -> Value {
    let call = |(index, (id, name, arguments)): (usize, &(&str, &str, String))| {
        let function = json!({ "name": name, "arguments": arguments });
        json!({ "index": index, "id": id, "type": "function", "function": function })
    };
    Value::Array(calls.iter().enumerate().map(call).collect())
}
