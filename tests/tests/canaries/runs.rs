//! Good and failing runs, each on a wire of its own.

use std::time::Duration;

use fastroai::agent::OutputError;
use fastroai::audit::Event;
use fastroai::guard::{self, GuardError, Mask, Redactor, Stage, Verdict};
use fastroai::history::{HistoryProcessor, Processed, Turn};
use fastroai::hook::{Denied, Gate, Hook, ModelCall};
use fastroai::money::Budget;
use fastroai::providers::http::{ApiKey, FixedKeys, KeyCallback};
use fastroai::providers::{Connection, Request};
use fastroai::tool::{DynToolset, FunctionTool};
use fastroai::{
    Agent, AgentEvent, AgentSpec, Error, Message, RetryPolicy, Runtime, ToolError, usd,
};
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use tests::transport::{Exchange, ScriptedTransport, bytes};
use tokio_util::sync::CancellationToken;

use crate::channels::{Channel, Form};
use crate::loopback::{Answer, Loopback};
use crate::program::{MODEL, Own, Program, chunk, completion, said, tool_calls};

#[derive(serde::Deserialize, serde::Serialize, fastroai::schemars::JsonSchema)]
#[schemars(crate = "fastroai::schemars")]
struct Plan {
    city: String,
}

#[derive(serde::Deserialize, fastroai::schemars::JsonSchema)]
#[schemars(crate = "fastroai::schemars")]
struct Word {
    word: String,
}

/// A hook that says no, in words of its own.
struct Closed(String);

impl Hook for Closed {
    fn before_model(&self, _: &mut ModelCall<'_>) -> Result<Gate, Denied> {
        Err(Own(self.0.clone()).into())
    }
}

struct Panicking;

impl Hook for Panicking {
    fn before_model(&self, _: &mut ModelCall<'_>) -> Result<Gate, Denied> {
        panic!("a hook of the program")
    }
}

/// A processor that fails, in words of its own.
struct Broken(String);

impl HistoryProcessor for Broken {
    fn process<'a>(&'a self, _: &'a [Message], _: &'a Turn<'a>) -> BoxFuture<'a, Processed<'a>> {
        Box::pin(async { Err(Own(self.0.clone()).into()) })
    }
}

/// Everything there is, on a clock that stands still until everyone waits.
pub(crate) async fn scripted(program: &mut Program) {
    answered(program).await;
    streamed(program).await;
    refused_by_the_provider(program).await;
    bad_answers(program).await;
    typed(program).await;
    stopped(program).await;
    others_involved(program).await;
    keys(program).await;
    values(program).await;
    program.read_trails();
}

fn word(word: &str) -> String {
    json!({ "word": word }).to_string()
}

/// Calls with every way out: good, failed, panicked, too slow, corrected, misfit, broken, made up.
fn calls(program: &Program) -> Value {
    let planted = word(&program.text(Channel::Arguments));
    let misfit = json!({ "word": [program.text(Channel::Arguments)] }).to_string();
    let broken = planted[..planted.len() - 1].to_owned();
    tool_calls(&[
        ("a", "act", planted.clone()),
        ("b", "act", word("fail")),
        ("c", "act", word("panic")),
        ("d", "act", word("slow")),
        ("e", "act", word("correct")),
        ("f", "act", misfit),
        ("g", "act", broken),
        ("h", "unheard_of", planted),
    ])
}

async fn answered(program: &mut Program) {
    let reasoning = program.text(Channel::Reasoning);
    let asked = json!({
        "role": "assistant", "content": null, "reasoning_content": reasoning,
        "tool_calls": calls(program),
    });
    let answer = program.text(Channel::Answer);
    let transport =
        program.transport(vec![(200, completion(&asked, "tool_calls")), (200, said(&answer))]);
    let on = program.runtime(program.connection(&transport));
    let agent = program.agent().build().unwrap();
    let tools = DynToolset::new().with(program.act());
    program.written.debug("Agent", &agent);
    program.written.debug("AgentConfig", agent.config());
    program.written.debug("BoundTool", &agent.tools());
    program.written.debug("FunctionTool", &program.act());
    program.written.debug("DynToolset", &tools);
    program.written.debug("AgentBuilder", &program.agent());
    let settings = program.settings();
    program.written.debug("Settings", &settings);
    let prompt = program.prompt();
    program.written.debug("UserMessage", &prompt);
    let history = program.history();
    program.written.conversation(&history);
    let call = agent.run(prompt).messages(history).settings(&settings).on(&on);
    let call = Program::labelled(call);
    program.written.debug("Call", &call);
    let response = call.await.unwrap();
    assert_eq!(response.output, answer);
    program.written.response(&response);
    let mut request = Request::new(&response.messages, &settings);
    let instructions = program.text(Channel::Instructions);
    request.instructions = Some(&instructions);
    program.written.debug("Request", &request);
    program.sent(&transport);
}

async fn streamed(program: &mut Program) {
    let answer = program.text(Channel::Answer);
    let asks = |program: &Program| {
        vec![
            chunk(&json!({ "reasoning_content": program.text(Channel::Reasoning) }), None),
            chunk(&json!({ "tool_calls": calls(program) }), None),
            chunk(&json!({}), Some("tool_calls")),
        ]
    };
    let says = |text: &str| {
        vec![chunk(&json!({ "content": text }), None), chunk(&json!({}), Some("stop"))]
    };
    let streams = vec![asks(program), says(&answer)];
    let transport = program.streaming(streams, false);
    let on = program.runtime(program.connection(&transport));
    let agent = program.agent().build().unwrap();
    let mut stream = Program::labelled(agent.run(program.prompt()).on(&on)).stream();
    program.written.debug("RunStream", &stream);
    while let Some(event) = stream.next().await {
        let event = event.unwrap();
        program.written.debug("AgentEvent", &event);
        if let AgentEvent::Done(response) = event {
            program.written.response(&response);
        }
    }
    program.sent(&transport);

    // Dropped after its first piece, and cut off by the provider.
    let transport = program.streaming(vec![says(&answer)], false);
    let on = program.runtime(program.connection(&transport));
    let mut stream = agent.run(program.text(Channel::Prompt)).on(&on).stream();
    program.written.debug("AgentEvent", &stream.next().await.unwrap().unwrap());
    drop(stream);

    let transport = program.streaming(vec![vec![chunk(&json!({ "content": answer }), None)]], true);
    let on = program.runtime(program.connection(&transport));
    let mut stream = agent.run(program.text(Channel::Prompt)).on(&on).stream();
    while let Some(event) = stream.next().await {
        match event {
            Ok(event) => program.written.debug("AgentEvent", &event),
            Err(error) => program.written.error(&error),
        }
    }
}

async fn fails(program: &mut Program, transport: ScriptedTransport) -> Error {
    let on = program.runtime(program.connection(&transport));
    let agent = program.agent().build().unwrap();
    let call = agent.run(program.text(Channel::Prompt)).settings(&program.settings()).on(&on);
    let error = Program::labelled(call).await.unwrap_err();
    program.written.error(&error);
    program.sent(&transport);
    error
}

/// What a provider says no with repeats the key, the prompt and more.
async fn refused_by_the_provider(program: &mut Program) {
    for status in [400, 401, 403, 404, 429, 500, 503] {
        let key = program.secret(Channel::KeySet);
        let prompt = program.text(Channel::Prompt);
        let message = format!("{}: {key} may not ask {prompt}", program.text(Channel::ErrorBody));
        let body = json!({ "error": { "message": message, "code": "denied", "type": message } });
        let transport = program.transport(vec![(status, body.clone()), (status, body)]);
        let error = fails(program, transport).await;
        assert!(error.model_error().is_some(), "{error:?}");
    }
}

async fn bad_answers(program: &mut Program) {
    let garbage = program.text(Channel::Garbage);
    program.wire.push_str(&garbage);
    for (kind, text) in [
        ("text/html", format!("<html>{garbage}</html>")),
        ("application/json", garbage.clone()),
        ("application/json", json!({ "choices": garbage }).to_string()),
        ("application/json", format!(r#"{{"choices": [{{"message": "{garbage}"#)),
        ("text/event-stream", format!("data: {garbage}\n\n")),
    ] {
        let exchange = Exchange::body(200, [bytes(text)]).header("content-type", kind);
        fails(program, ScriptedTransport::new([exchange])).await;
    }
    let refusal = program.text(Channel::Refusal);
    let refused = json!({ "role": "assistant", "content": null, "refusal": refusal });
    let transport = program.transport(vec![(200, completion(&refused, "stop"))]);
    fails(program, transport).await;
    let filtered = json!({ "role": "assistant", "content": null });
    let transport = program.transport(vec![(200, completion(&filtered, "content_filter"))]);
    fails(program, transport).await;
    // The same call over and over.
    let calls = tool_calls(&[("a", "act", word(&program.text(Channel::Arguments)))]);
    let again = json!({ "role": "assistant", "content": null, "tool_calls": calls });
    let same = (0..8).map(|_| (200, completion(&again, "tool_calls"))).collect();
    let transport = program.transport(same);
    fails(program, transport).await;
}

async fn typed(program: &mut Program) {
    let output = program.text(Channel::Output);
    let fitting = json!({ "city": output }).to_string();
    let prompt = program.text(Channel::Prompt);
    let typed = || program.agent().output::<Plan>();

    let good = typed().build().unwrap();
    let unfit = json!({ "city": [output] }).to_string();
    let wrong = typed().build().unwrap();
    let retry = program.text(Channel::ValidatorRetry);
    let picky =
        typed().validate(move |_, _| Err(OutputError::retry(retry.clone()))).build().unwrap();
    let failure = program.text(Channel::ValidatorFailure);
    let broken = typed().validate(move |_, _| Err(Own(failure.clone()).into())).build().unwrap();
    for (agent, reply, is_good) in [
        (good, &fitting, true),
        (wrong, &unfit, false),
        (picky, &fitting, false),
        (broken, &fitting, false),
    ] {
        let transport = program.transport((0..3).map(|_| (200, said(reply))).collect());
        let on = program.runtime(program.connection(&transport));
        match agent.run(&*prompt).on(&on).await {
            Ok(response) => program.written.response(&response),
            Err(error) => {
                assert!(!is_good, "{error:?}");
                program.written.error(&error);
            }
        }
        program.sent(&transport);
    }
}

async fn stopped(program: &mut Program) {
    let prompt = program.text(Channel::Prompt);
    let agent = program.agent().build().unwrap();
    let calls = json!({ "role": "assistant", "content": null, "tool_calls": calls(program) });
    let asks = || vec![(200, completion(&calls, "tool_calls"))];

    let budget = Budget::new("tenant", usd!("0.000001"));
    program.written.debug("Budget", &budget);
    let transport = program.transport(asks());
    let on = program.runtime(program.connection(&transport));
    let error = agent.run(&*prompt).account(&budget).on(&on).await.unwrap_err();
    program.written.error(&error);

    let cause = program.text(Channel::HookCause);
    for builder in [Runtime::builder().hook(Closed(cause)), Runtime::builder().hook(Panicking)] {
        let transport = program.transport(asks());
        let connection = program.connection(&transport);
        let on = program.on(builder, connection);
        let error = agent.run(&*prompt).on(&on).await.unwrap_err();
        program.written.error(&error);
    }

    let failure = program.text(Channel::GuardFailure);
    for stage in [Stage::Prompt, Stage::ToolArguments, Stage::ToolResult] {
        let transport = program.transport(asks());
        let on = program.runtime(program.connection(&transport));
        let failure = failure.clone();
        let failing = guard::from_fn("failing", [stage], move |_| {
            let failure = Own(failure.clone());
            async move { Err(failure.into()) }
        });
        let blocking =
            guard::from_fn("blocking", [stage], |_| async { Ok(Verdict::block("not now")) });
        let refused = agent.run(&*prompt).guard(failing).on(&on).await.unwrap_err();
        program.written.error(&refused);
        let transport = program.transport(asks());
        let on = program.runtime(program.connection(&transport));
        let call = agent.run(&*prompt).guard(blocking).timeout(Duration::from_secs(99)).on(&on);
        match call.await {
            Ok(response) => program.written.response(&response),
            Err(error) => program.written.error(&error),
        }
    }

    let transport = program.transport(asks());
    let on = program.runtime(program.connection(&transport));
    let call = agent.run(&*prompt).history(Broken(program.text(Channel::ProcessorFailure)));
    program.written.error(&call.on(&on).await.unwrap_err());

    let token = CancellationToken::new();
    let transport = program.transport(asks());
    let on = program.runtime(program.connection(&transport));
    let running = agent.run(&*prompt).cancellation(token.clone()).on(&on);
    let cancel = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        token.cancel();
    };
    let (ended, ()) = tokio::join!(running, cancel);
    program.written.error(&ended.unwrap_err());

    let transport = program.transport(asks());
    let on = program.runtime(program.connection(&transport));
    let running = agent.run(&*prompt).timeout(Duration::from_secs(5)).on(&on);
    program.written.error(&running.await.unwrap_err());
    let dropped = agent.run(&*prompt).on(&on);
    assert!(tokio::time::timeout(Duration::from_secs(1), dropped).await.is_err());
}

/// A model that takes over from another, one that is asked again, and an agent within an agent.
async fn others_involved(program: &mut Program) {
    let answer = program.text(Channel::Answer);
    let down = json!({ "error": { "message": program.text(Channel::ErrorBody) } });
    let transport = program.transport(vec![(503, down.clone()), (503, down), (200, said(&answer))]);
    let connection = program.connection(&transport);
    let mut retry = RetryPolicy::default();
    retry.attempts = 2;
    let on = program.on(Runtime::builder().retry(retry), connection);
    let agent = program.agent().fallback([MODEL, "openai:gpt-4o"]).build().unwrap();
    let call = agent.run(program.text(Channel::Prompt)).on(&on);
    program.written.response(&call.await.unwrap());

    let calls = tool_calls(&[("a", "ask", word(&program.text(Channel::Arguments)))]);
    let asks = json!({ "role": "assistant", "content": null, "tool_calls": calls });
    let down = json!({ "error": { "message": program.text(Channel::ErrorBody) } });
    let transport = program.transport(vec![
        (200, completion(&asks, "tool_calls")),
        (200, said(&answer)),
        (200, completion(&asks, "tool_calls")),
        (500, down),
        (200, said(&answer)),
        (200, said(&answer)),
    ]);
    let on = program.runtime(program.connection(&transport));
    let inner = std::sync::Arc::new(program.agent().name("inner").build().unwrap());
    let ask = FunctionTool::new("ask", "Asks another.", move |Word { word }: Word, _run| {
        let inner = inner.clone();
        async move { Ok::<_, ToolError>(inner.run(word).await?.output) }
    });
    let outer = Agent::builder().name("outer").model(MODEL).tool(ask).build().unwrap();
    for _ in 0..2 {
        match outer.run(program.text(Channel::Prompt)).on(&on).await {
            Ok(response) => program.written.response(&response),
            Err(error) => program.written.error(&error),
        }
    }
}

/// Keys from the environment and from a file, and ones that cannot be used.
async fn keys(program: &mut Program) {
    let answer = program.text(Channel::Answer);
    let agent = program.agent().build().unwrap();
    let transport = program.transport(vec![(200, said(&answer))]);
    let on = program.runtime(program.connection(&transport));
    let call = agent.run(program.text(Channel::Prompt)).model("groq:llama-3.3-70b").on(&on);
    program.written.response(&call.await.unwrap());
    program.sent(&transport);

    let keys = program.key_files();
    program.written.debug("KeyFiles", &keys);
    let body = json!({ "error": { "message": program.secret(Channel::KeyFromFile) } });
    let transport = program.transport(vec![(401, body.clone()), (401, body)]);
    let connection = Connection::new().key_provider(keys).transport(transport.clone());
    let on = program.runtime(connection);
    let call = agent.run(program.text(Channel::Prompt)).model("mistral:small").on(&on);
    program.written.error(&call.await.unwrap_err());
    program.sent(&transport);

    let key = program.secret(Channel::KeySet);
    let unusable = [
        Connection::new().key("openai", format!("{key}\r\nx-evil: 1")),
        Connection::new()
            .key("openai", &*key)
            .base_url("openai", format!("https://u:{key}@h.example")),
        Connection::new()
            .key("openai", &*key)
            .base_url("openai", format!("https://h.example?k={key}")),
        Connection::new()
            .key("openai", &*key)
            .base_url("openai", format!("http://h.example/{key}")),
    ];
    for connection in unusable {
        let on = program.runtime(connection);
        let error = agent.run(program.text(Channel::Prompt)).on(&on).await.unwrap_err();
        program.written.error(&error);
    }
}

/// What else a program may have at hand.
async fn values(program: &mut Program) {
    let key = program.secret(Channel::KeySet);
    let prompt = program.text(Channel::Prompt);
    let api_key = ApiKey::new(&*key).unwrap();
    program.written.debug("ApiKey", &api_key);
    program.written.debug("FixedKeys", &FixedKeys::new().with("openai", api_key));
    let callback = KeyCallback::new(move |_| {
        let key = key.clone();
        async move { Ok(Some(ApiKey::new(key)?)) }
    });
    program.written.debug("KeyCallback", &callback);
    let mask = Mask::new(Redactor::standard().with_pattern("ALL", "(?s).+").unwrap());
    let _hidden = mask.hide(&prompt);
    program.written.debug("Mask", &mask);
    program.written.debug("Redactor", &Redactor::standard());
    program.written.debug("Verdict", &Verdict::replace(&*prompt, "a word was left out"));
    program.written.debug("GuardError", &GuardError::new(Own(prompt.clone())));
    program.written.debug("Event", &Event::new("asked").digest_of("prompt", &prompt));
    program.written.debug("ToolError", &ToolError::new(Own(program.text(Channel::ToolError))));
    let failure = OutputError::new(Own(program.text(Channel::ValidatorFailure)));
    program.written.debug("OutputError", &failure);
    let denied = Denied::new("closed").caused_by(Own(program.text(Channel::HookCause)));
    program.written.debug("Denied", &denied);
    program.written.display("Denied", &denied);
    program.written.debug("Denied", &Denied::from(Own(program.text(Channel::HookCause))));

    let model = tests::scripted::Scripted::new("test:one", [tests::scripted::text("Done")]);
    let instructions = program.text(Channel::Instructions);
    let agent = Agent::builder().model("test:one").instructions(instructions).build().unwrap();
    agent.run(prompt).on(&Runtime::builder().model(model.clone()).build()).await.unwrap();
    program.written.debug("Asked", &model.asked());
    program.written.debug("ScriptedModel", &*model);
}

/// Real connections, so that the crates below have something to log; on a clock that runs.
pub(crate) async fn connected(program: &mut Program) {
    let asks = json!({ "role": "assistant", "content": null, "tool_calls": tool_calls(&[
        ("a", "act", word(&program.text(Channel::Arguments))),
    ]) });
    let message = format!(
        "{}: {} may not",
        program.text(Channel::ErrorBody),
        program.secret(Channel::KeySet)
    );
    let said_no = json!({ "error": { "message": message } }).to_string();
    let json = |status, body: String| Answer(status, "application/json", body);
    let server = Loopback::new(vec![
        json(200, completion(&asks, "tool_calls").to_string()),
        json(200, said(&program.text(Channel::Answer)).to_string()),
        json(401, said_no.clone()),
        json(401, said_no),
        json(200, program.text(Channel::Garbage)),
    ]);
    let path = Form::Unknown.secret(Channel::UrlPath);
    let reached = |url: String| {
        Connection::new().key("openai", program.secret(Channel::KeySet)).base_url("openai", url)
    };
    let connection = reached(format!("{}/{path}", server.url));
    // Nobody speaks TLS there, and nobody speaks at all.
    let plain = Loopback::new(vec![json(200, "{}".to_owned())]);
    let safe = reached(plain.url.replace("http://", "https://"));
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let gone = reached(format!("http://{gone}/{path}"));
    let agent = program.agent().build().unwrap();
    for (connection, times) in [(connection, 3), (safe, 1), (gone, 1)] {
        let on = program.runtime(connection);
        for _ in 0..times {
            let call = agent.run(program.prompt()).settings(&program.settings()).on(&on);
            match Program::labelled(call).await {
                Ok(response) => program.written.response(&response),
                Err(error) => program.written.error(&error),
            }
        }
    }
    for request in server.received() {
        program.wire.push_str(&request.head);
        program.wire.push_str(&request.body);
    }
    program.read_trails();
}
