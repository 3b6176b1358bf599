//! Keys, prompts and bodies: where they are found, and that they are found nowhere else.

use std::error::Error as _;
use std::fmt::{Debug, Display};
use std::io::Write;
use std::sync::{Arc, Mutex};

use fastroai::providers::{
    Connection, FinishReason, Part, Request, Settings, ToolCall, ToolOutcome,
};
use fastroai::run::{Event, RunSpec, RunState};
use fastroai::tool::FunctionTool;
use fastroai::{
    Agent, AgentEvent, AgentResponse, AgentSpec, Error, ErrorKind, History, Runtime, ToolError,
};
use futures_util::StreamExt;
use serde_json::json;
use tests::scripted::{Scripted, Step, call, calls, reply, text};
use tracing_subscriber::fmt::format::FmtSpan;

use crate::loopback::{Answer, Loopback};
use crate::rig::{MODEL, Number, agent, prices, runtime, script};

const KEY: &str = "sk-canary-key-5b1f";
const INSTRUCTIONS: &str = "canary-instructions-2c";
const PROMPT: &str = "canary-prompt-9d";
const ARGUMENT: &str = "canary-argument-47";
const RESULT: &str = "canary-result-e0";
const TOOL_ERROR: &str = "canary-tool-error-83";
const PANIC: &str = "canary-panic-1a";
const ANSWER: &str = "canary-answer-6f";
const BODY: &str = "canary-body-c4";

/// What no text of ours may hold.
const ALL: [&str; 9] =
    [KEY, INSTRUCTIONS, PROMPT, ARGUMENT, RESULT, TOOL_ERROR, PANIC, ANSWER, BODY];

/// All that was written down: `Debug` and `Display` of what passed by, and the trace.
#[derive(Default)]
struct Written(Vec<(String, String)>);

impl Written {
    fn debug(&mut self, what: &str, shown: &dyn Debug) {
        self.0.push((format!("Debug of {what}"), format!("{shown:?} {shown:#?}")));
    }

    fn display(&mut self, what: &str, shown: &dyn Display) {
        self.0.push((format!("Display of {what}"), format!("{shown} {shown:#}")));
    }

    fn conversation(&mut self, history: &History) {
        self.debug("History", history);
        for message in history {
            self.debug("Message", message);
        }
    }

    fn response<T>(&mut self, response: &AgentResponse<T>) {
        self.debug("AgentResponse", response);
        self.debug("Bill", &response.bill);
        self.display("Bill", &response.bill);
        self.display("Total", &response.cost);
        self.debug("Usage", &response.usage);
        self.debug("ToolCallRecord", &response.tool_calls);
        self.conversation(&response.messages);
    }

    fn error(&mut self, error: &Error) {
        self.debug("Error", error);
        self.display("Error", error);
        self.debug("ErrorKind", error.kind());
        self.display("ErrorKind", error.kind());
        self.debug("ErrorCategory", &error.category());
        self.debug("Bill", error.bill());
        self.display("Bill", error.bill());
        self.conversation(error.history());
        if let Some(error) = error.model_error() {
            self.debug("ModelError", error);
            self.display("ModelError", error);
        }
        let mut cause = error.source();
        while let Some(error) = cause {
            self.debug("a cause", error);
            self.display("a cause", error);
            cause = error.source();
        }
    }

    fn assert_clean(&self) {
        for (what, text) in &self.0 {
            for canary in ALL {
                assert!(!text.contains(canary), "{what} holds {canary}: {text}");
            }
        }
    }
}

/// A trace in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// Everything at every level, spans at each change, on this thread.
    fn listen(&self) -> tracing::subscriber::DefaultGuard {
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(move || log.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[derive(serde::Deserialize, fastroai::schemars::JsonSchema)]
#[schemars(crate = "fastroai::schemars")]
struct Word {
    word: String,
}

/// Does what the word says; any other word is answered.
fn act() -> FunctionTool {
    FunctionTool::new("act", "Acts.", |Word { word }: Word, _run| async move {
        match word.as_str() {
            "fail" => Err(ToolError::new(TOOL_ERROR)),
            "panic" => panic!("{PANIC}"),
            "correct" => Err(ToolError::retry(TOOL_ERROR)),
            _ => Ok(RESULT),
        }
    })
}

fn careful() -> Agent {
    agent().instructions(INSTRUCTIONS).tool(act()).build().unwrap()
}

fn word(word: &str) -> String {
    json!({ "word": word }).to_string()
}

/// A run in which everything happens: a good call, failing ones, misfits, a broken one, an answer.
fn eventful() -> Scripted {
    let (good, fail, panic, correct) =
        (word(ARGUMENT), word("fail"), word("panic"), word("correct"));
    script([
        calls(&[
            ("a", "act", &good),
            ("b", "act", &fail),
            ("c", "act", &panic),
            ("d", "act", &correct),
            ("e", "act", &format!(r#"{{"word": ["{ARGUMENT}"]}}"#)),
            ("f", "act", &format!(r#"{{"word": "{ARGUMENT}"#)),
            ("g", "unheard_of", &good),
        ]),
        text(ANSWER),
    ])
}

fn thought(text: &str) -> Part {
    let mut thought = fastroai::providers::Reasoning::default();
    text.clone_into(&mut thought.text);
    Part::Reasoning(thought)
}

/// Scripted runs that end badly, each in a way of its own, after something was said.
fn bad_ends() -> Vec<(&'static str, Vec<Step>)> {
    let ended = |finish, part| {
        let mut reply = reply(vec![part]);
        reply.finish_reason = finish;
        Step::Reply(reply)
    };
    let same = || call("a", "act", &word(ARGUMENT));
    vec![
        ("loop", (0..5).map(|_| same()).collect()),
        ("refused", vec![ended(FinishReason::Refusal, Part::Refusal { text: ANSWER.to_owned() })]),
        ("filtered", vec![ended(FinishReason::ContentFilter, thought(ANSWER))]),
        (
            "corrections",
            (0..5).map(|n| call("a", "act", &format!(r#"["{ARGUMENT}{n}"]"#))).collect(),
        ),
        ("deadline", vec![same(), Step::Hang]),
    ]
}

async fn scripted_runs(written: &mut Written) {
    let agent = careful();
    written.debug("Agent", &agent);
    written.debug("AgentConfig", agent.config());
    written.debug("AgentBuilder", &fastroai::Agent::builder().instructions(INSTRUCTIONS));
    written.debug("BoundTool", &agent.tools());
    written.debug("FunctionTool", &act());
    let model = eventful();
    let on = runtime(&model);
    written.debug("Runtime", &on);
    written.debug("Call", &agent.run(PROMPT).on(&on));
    let answer = agent.run(PROMPT).on(&on).await.unwrap();
    written.response(&answer);
    let settings = Settings::default();
    let mut request = Request::new(&answer.messages, &settings);
    request.instructions = Some(INSTRUCTIONS);
    written.debug("Request", &request);
    assert_eq!(answer.output, ANSWER);
    let stored = serde_json::to_string(&answer.messages).unwrap();
    for canary in [PROMPT, ARGUMENT, RESULT, ANSWER] {
        assert!(stored.contains(canary), "the history has lost {canary}");
    }
    // A correction is written for the model; a failure and a panic are not.
    assert!(stored.contains(TOOL_ERROR) && !stored.contains(PANIC));
    assert!(!stored.contains(INSTRUCTIONS) && !stored.contains(KEY));

    let model = eventful();
    let on = runtime(&model);
    let mut stream = agent.run(PROMPT).on(&on).stream();
    written.debug("RunStream", &stream);
    while let Some(event) = stream.next().await {
        let event = event.unwrap();
        written.debug("AgentEvent", &event);
        if let AgentEvent::Done(response) = event {
            written.response(&response);
        }
    }

    for (how, steps) in bad_ends() {
        let model = script(steps);
        let error = agent.run(PROMPT).on(&runtime(&model)).await.unwrap_err();
        written.error(&error);
        assert!(serde_json::to_string(error.history()).unwrap().contains(PROMPT), "{how}");
    }

    let model = script([text(&format!(r#"{{"n": "{ANSWER}"}}"#)), text(ANSWER), text(ANSWER)]);
    let typed = crate::rig::agent().output::<Number>().build().unwrap();
    let error = typed.run(PROMPT).on(&runtime(&model)).await.unwrap_err();
    written.error(&error);
    assert!(matches!(error.kind(), ErrorKind::OutputInvalid { attempts: 3, .. }), "{error:?}");
}

/// The machine below, as a durable engine would hold it.
fn states(written: &mut Written) {
    let mut spec = RunSpec::default();
    spec.output = fastroai::run::OutputMode::Native;
    let mut run = RunState::new(spec, Vec::new(), PROMPT.to_owned());
    let events = [
        Event::Replied { reply: reply(vec![Part::text(ANSWER)]) },
        Event::Rejected { reason: format!("not {ANSWER}").into() },
        Event::Replied { reply: reply(vec![Part::ToolCall(ToolCall::new("a", "b", ARGUMENT))]) },
        Event::Replied { reply: reply(vec![Part::text(ANSWER)]) },
        Event::Accepted,
    ];
    for event in events {
        written.debug("Event", &event);
        run.feed(event.clone()).unwrap();
        written.debug("RunState", &run);
        written.debug("Work", &run.next());
        let misfed = run.clone().feed(Event::ToolDone {
            index: 9,
            report: fastroai::run::ToolReport::new(RESULT, ToolOutcome::Success),
        });
        written.debug("Misfed", &misfed);
    }
}

/// A whole reply of the Chat Completions wire.
fn completion(message: &serde_json::Value, finish: &str) -> Answer {
    let body = json!({
        "id": "chatcmpl-1", "object": "chat.completion", "model": "gpt-4o-mini",
        "choices": [{ "index": 0, "message": message, "finish_reason": finish }],
        "usage": { "prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15 },
    });
    Answer(200, "application/json", body.to_string())
}

fn connected(server: &Loopback) -> Runtime {
    Runtime::builder()
        .key("openai", KEY)
        .base_url("openai", server.url.clone())
        .prices(prices())
        .retry(fastroai::RetryPolicy::never())
        .build()
}

/// Runs that go over a real connection: one good, the others each with another bad answer.
async fn real_runs(written: &mut Written) {
    let asked = json!({ "role": "assistant", "content": null, "tool_calls": [
        { "id": "call_1", "type": "function", "function": { "name": "act", "arguments": word(ARGUMENT) } },
    ]});
    let server = Loopback::new(vec![
        completion(&asked, "tool_calls"),
        completion(&json!({ "role": "assistant", "content": ANSWER }), "stop"),
    ]);
    let agent = careful();
    let on = connected(&server);
    written.debug("Connection", &Connection::new().key("openai", KEY));
    written.debug("Runtime", &on);
    let answer = agent.run(PROMPT).model("openai:gpt-4o-mini").on(&on).await.unwrap();
    written.response(&answer);
    assert_eq!(answer.output, ANSWER);
    let stored = serde_json::to_string(&answer.messages).unwrap();
    assert!(!stored.contains(KEY));

    let received = server.received();
    assert_eq!(received.len(), 2);
    for request in &received {
        let holders: Vec<_> = request.head.lines().filter(|line| line.contains(KEY)).collect();
        assert_eq!(holders, [format!("authorization: Bearer {KEY}")]);
        assert!(request.body.contains(PROMPT) && request.body.contains(INSTRUCTIONS));
        assert!(!request.body.contains(KEY), "the key is in a body");
        assert!(!request.head.contains(PROMPT), "the prompt is in a head");
    }
    assert!(received[1].body.contains(RESULT) && received[1].body.contains(ARGUMENT));

    let said = format!("{BODY}: the key {KEY} may not ask {PROMPT}");
    let refusal =
        json!({ "error": { "message": said, "code": "bad_key", "type": KEY } }).to_string();
    let chunk = json!({ "choices": [{ "index": 0, "delta": { "content": ANSWER } }] });
    let failure = json!({ "error": { "message": said } });
    let answers = [
        Answer(401, "application/json", refusal.clone()),
        Answer(400, "application/json", refusal.clone()),
        Answer(500, "text/plain", said.clone()),
        Answer(503, "text/html", format!("<html>{said}</html>")),
        Answer(200, "text/html", format!("<html>{said}</html>")),
        Answer(200, "application/json", format!(r#"{{"choices": [{{"message": "{said}"#)),
        Answer(200, "application/json", json!({ "choices": said }).to_string()),
        Answer(200, "application/json", refusal),
        Answer(302, "text/plain", said.clone()),
        Answer(200, "text/event-stream", format!("data: {chunk}\n\ndata: {failure}\n\n")),
        Answer(200, "text/event-stream", format!("data: {chunk}\n\ndata: {said}\n\n")),
        Answer(200, "text/event-stream", format!("data: {chunk}\n\n")),
    ];
    let (mut told, count) = (0, answers.len());
    let server = Loopback::new(answers.into());
    let on = connected(&server);
    for n in 0..count {
        let call = || agent.run(PROMPT).model("openai:gpt-4o-mini").on(&on);
        let error = if n < 9 {
            call().await.unwrap_err()
        } else {
            let mut events: Vec<_> = call().stream().collect().await;
            let error = events.pop().unwrap().unwrap_err();
            written.debug("AgentEvent", &events);
            error
        };
        written.error(&error);
        let model = error.model_error().unwrap_or_else(|| panic!("{n}: {error:?}"));
        if let Some(detail) = model.detail().filter(|detail| detail.contains(BODY)) {
            assert!(!detail.contains(KEY), "{n}: {detail}");
            assert!(detail.contains("[redacted]"), "{n}: {detail}");
            told += 1;
        }
    }
    assert_eq!(server.received().len(), count);
    assert!(told >= 5, "only {told} errors tell what the provider said");

    // Where nobody listens the request goes out of no port, and the key no further than here.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let on = Runtime::builder()
        .key("openai", KEY)
        .base_url("openai", format!("http://{gone}/v1"))
        .retry(fastroai::RetryPolicy::never())
        .build();
    written.error(&agent.run(PROMPT).model("openai:gpt-4o-mini").on(&on).await.unwrap_err());

    // A key that no header can carry, and a base URL with one in it, are refused unseen.
    for on in [
        Runtime::builder().key("openai", format!("{KEY}\r\nx-evil: 1")),
        Runtime::builder()
            .key("openai", KEY)
            .base_url("openai", format!("https://u:{KEY}@h.example")),
        Runtime::builder()
            .key("openai", KEY)
            .base_url("openai", format!("https://h.example?key={KEY}")),
    ] {
        let running = agent.run(PROMPT).model("openai:gpt-4o-mini");
        let error = running.on(&on.build()).await.unwrap_err();
        assert!(error.model_error().is_some(), "{error:?}");
        assert!(error.bill().is_empty());
        written.error(&error);
    }
}

#[test]
fn s1_s3_s11_no_key_prompt_body_or_text_of_a_tool_is_written_down_anywhere() {
    let log = Log::default();
    let guard = log.listen();
    let mut written = Written::default();
    crate::rig::block_on(scripted_runs(&mut written));
    states(&mut written);
    let alone = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    alone.block_on(real_runs(&mut written));
    drop(guard);
    let trace = log.text();
    for seen in ["execute_tool", "invoke_agent", "chat", "a tool failed", "panicked", MODEL_NAME] {
        assert!(trace.contains(seen), "the trace was not heard: no {seen}");
    }
    written.0.push(("the trace".to_owned(), trace));
    written.assert_clean();
}

const MODEL_NAME: &str = "gpt-4o-mini";

#[tokio::test(start_paused = true)]
async fn s11_content_and_the_texts_of_errors_are_traced_where_the_runtime_was_told_to() {
    let mut trace = String::new();
    for _ in 0..10 {
        let on =
            Runtime::builder().model(eventful()).prices(prices()).capture_content(true).build();
        let log = Log::default();
        let guard = log.listen();
        careful().run(PROMPT).on(&on).await.unwrap();
        drop(guard);
        trace = log.text();
        // A span goes unheard where another test, to which nobody listens, is just about to be the
        // first that makes it.
        if ["invoke_agent{", "chat{", "execute_tool{"].iter().all(|span| trace.contains(span)) {
            break;
        }
    }
    for canary in [TOOL_ERROR, PANIC, INSTRUCTIONS, PROMPT, ARGUMENT, RESULT, ANSWER] {
        assert!(trace.contains(canary), "{canary}");
    }
    assert!(!trace.contains(KEY));
    assert!(MODEL.starts_with("test"));
}

#[tokio::test(start_paused = true)]
async fn the_reason_of_a_misfit_and_the_words_of_a_refusal_are_there_for_who_asks() {
    let model = script((0..3).map(|_| text(&format!(r#"{{"n": "{ANSWER}"}}"#))));
    let typed = agent().output::<Number>().build().unwrap();
    let error = typed.run(PROMPT).on(&runtime(&model)).await.unwrap_err();
    let ErrorKind::OutputInvalid { reason, .. } = error.kind() else { panic!("{error:?}") };
    assert!(reason.as_str().contains(ANSWER));

    let refusal = reply(vec![Part::Refusal { text: ANSWER.to_owned() }]);
    let model = script([Step::Reply(refusal)]);
    let error = careful().run(PROMPT).on(&runtime(&model)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Refused));
    assert!(serde_json::to_string(error.history()).unwrap().contains(ANSWER));
}
