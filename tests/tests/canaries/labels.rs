//! Names, ids and labels: they are written down by default, and come from users, models and peers.

use fastroai::audit::AuditTrail;
use fastroai::money::{Budget, Prices, Rates};
use fastroai::prelude::*;
use fastroai::providers::{ModelError, Response};
use fastroai::tool::FunctionTool;
use fastroai::{Runtime, usd};
use fastroai_providers::error::ProviderFault;
use tests::folder::Folder;
use tests::scripted::{Scripted, Step, call, reply, text};
use tests::spans::{Spans, Value};
use tracing_subscriber::layer::SubscriberExt as _;

use crate::heard::Listening;

const EMAIL: &str = "ada@example.org";
const KEY: &str = "ghp_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5";

#[derive(serde::Deserialize, JsonSchema)]
struct Nothing {}

/// A name that breaks a line of the log, steers a terminal, and forges what follows.
const FORGED: &str =
    "calc\r\n2026-01-01T00:00:00Z ERROR fastroai: all is lost\u{1b}[2J\u{202e}\u{2028}";

/// Everything else than the letters, digits and marks that make no trouble.
fn troublesome(line: &str) -> Option<char> {
    line.chars().find(|letter| letter.is_control() || "\u{202e}\u{2028}".contains(*letter))
}

#[test]
fn s12_what_a_model_or_a_peer_makes_up_breaks_no_line_of_the_log() {
    let listening = Listening::begin();
    let named = |finish: &str| {
        let mut reply = reply(vec![fastroai::providers::Part::text("Done")]);
        reply.id = Some(FORGED.to_owned());
        reply.model = Some(FORGED.to_owned());
        reply.service_tier = Some(FORGED.to_owned());
        reply.finish_reason_raw = Some(finish.to_owned());
        Step::Reply(reply)
    };
    let failed = || {
        let fault = ModelError::provider_fault(ProviderFault::Overloaded, "busy");
        Step::Fail(fault.with_detail(FORGED))
    };
    let steps =
        || [failed(), call(FORGED, FORGED, FORGED), call(FORGED, "fail", "{}"), named(FORGED)];
    let model = Scripted::new("test:one", steps().into_iter().chain(steps()));
    let fail = FunctionTool::new("fail", FORGED, |_: Nothing, _run| async {
        Err::<String, _>(ToolError::new(FORGED))
    });
    let folder = Folder::new();
    let trail = AuditTrail::open(folder.trail()).unwrap();
    let on = Runtime::builder().model(model).hook(trail).capture_content(true).build();
    let agent = Agent::builder().name(FORGED).model("test:one").instructions(FORGED);
    let agent = agent.tool(fail).build().unwrap();
    let call = || {
        let call = agent.run(FORGED).run_id(FORGED).conversation_id(FORGED);
        call.metadata(FORGED, FORGED).on(&on)
    };
    run(async { call().await.unwrap() });
    let spans = Spans::default();
    let subscriber = tracing_subscriber::registry().with(spans.layer());
    tracing::subscriber::with_default(subscriber, || run(async { call().await.unwrap() }));
    // As they are handed to an exporter, before anyone has made lines of them.
    let fields = spans
        .all()
        .into_iter()
        .flat_map(|span| span.fields)
        .chain(spans.events().into_iter().flatten());
    for (field, value) in fields {
        if let Value::Text(text) = &value {
            assert_eq!(troublesome(text), None, "{field}: {text:?}");
        }
    }
    assert!(spans.all().iter().any(|span| span.name.contains("all is lost")));
    let lines = listening.lines();
    assert!(lines.contains("all is lost"), "the forged text was not written at all");
    for line in lines.lines() {
        assert!(!line.starts_with("2026-01-01T00:00:00Z ERROR"), "a forged line: {line}");
        assert_eq!(troublesome(line), None, "{line:?}");
    }
    let trail = std::fs::read_to_string(folder.trail()).unwrap();
    assert!(trail.contains("all is lost"));
    for line in trail.lines() {
        assert_eq!(troublesome(line), None, "{line:?}");
    }
}

#[test]
fn s11_personal_data_and_keys_in_names_ids_and_labels_are_redacted_by_default() {
    let listening = Listening::begin();
    let named = |text: &str| format!("{text} {EMAIL} {KEY}");
    let mut reply: Response = reply(vec![fastroai::providers::Part::text("Done")]);
    reply.id = Some(named("reply"));
    reply.model = Some(named("model"));
    reply.finish_reason_raw = Some(named("finish"));
    let fault = ModelError::provider_fault(ProviderFault::Overloaded, "busy").with_code(KEY);
    let model = Scripted::new(
        "test:one",
        [
            Step::Fail(fault),
            call(&named("call"), "nothing", "{}"),
            Step::Reply(reply),
            text("Done"),
        ],
    );
    let folder = Folder::new();
    let trail = AuditTrail::open(folder.trail()).unwrap();
    let rates = Rates::per_million("1", "1").unwrap();
    let prices = Prices::unlisted().with_override("test:one", rates).unwrap();
    let on = Runtime::builder().model(model).prices(prices).hook(trail).build();
    let nothing = FunctionTool::new("nothing", "Nothing.", |_: Nothing, _run| async {
        Ok::<_, ToolError>("")
    });
    let agent = Agent::builder().name(named("agent")).model("test:one").tool(nothing);
    let agent = agent.build().unwrap();
    let account = Budget::new(named("account"), usd!("0.00001"));
    run(async {
        let call = agent.run("Hi").run_id(named("run")).conversation_id(named("conversation"));
        call.metadata("user", named("value")).on(&on).await.unwrap();
        agent.run("Hi").account(&account).on(&on).await.unwrap_err();
    });
    let trail = std::fs::read_to_string(folder.trail()).unwrap();
    let written = [("the log", listening.lines()), ("the trail", trail)];
    for (what, text) in &written {
        assert!(text.contains("[EMAIL] [SECRET]"), "{what} is empty of labels: {text}");
        for secret in [EMAIL, KEY] {
            let line = text.lines().find(|line| line.contains(secret));
            assert_eq!(line, None, "{what} holds {secret}");
        }
    }
    let [(_, log), (_, trail)] = &written;
    for name in ["agent", "run", "conversation", "value", "call", "reply", "model", "finish"] {
        assert!(log.contains(&format!("{name} [EMAIL] [SECRET]")), "no {name} in the log");
    }
    for name in ["agent", "run", "conversation", "account"] {
        assert!(trail.contains(&format!("{name} [EMAIL] [SECRET]")), "no {name} in {trail}");
    }
}

#[test]
fn s12_a_tool_that_a_model_has_made_up_breaks_no_line_of_an_error() {
    let agent = Agent::builder().name("keeper").model("test:one").build().unwrap();
    let steps = (0..30).map(|n| call(&n.to_string(), FORGED, "{}"));
    let on = Runtime::builder().model(Scripted::new("test:one", steps)).build();
    let error = run(async { agent.run("Hi").on(&on).await.unwrap_err() });
    assert!(error.to_string().contains("all is lost"), "{error}");
    assert_eq!(troublesome(&error.to_string()), None, "{error}");
    assert_eq!(troublesome(&format!("{error:?}")), None, "{error:?}");
}

#[test]
fn s12_names_that_are_refused_break_no_line_of_the_error_that_says_so() {
    let tool = |name: &str| {
        FunctionTool::new(name, "Nothing.", |_: Nothing, _run| async { Ok::<_, ToolError>("") })
    };
    let model = || Scripted::new("test:one", [text("Done")]);
    let mut errors = Vec::new();
    let mut refused = |agent: fastroai::agent::AgentBuilder, model_name: Option<&str>| {
        let on = Runtime::builder().model(model()).build();
        let ended = agent.build().map_err(|error| error.to_string()).and_then(|agent| {
            let call = agent.run("Hi").on(&on);
            let call = if let Some(name) = model_name { call.model(name) } else { call };
            run(async { call.await.map_err(|error| format!("{error}{error:?}")) })
        });
        errors.push(ended.map(|answer| answer.output).unwrap_err());
    };
    let agent = || Agent::builder().name("keeper").model("test:one");
    refused(agent().tool(tool(FORGED)), None);
    refused(agent().tool(tool("one")).tool(tool("one")), None);
    for name in [FORGED.to_owned(), format!("openai:{FORGED}"), format!("{FORGED}:one")] {
        refused(agent(), Some(&name));
        refused(Agent::builder().name("keeper").model(name), None);
    }
    for error in errors {
        assert_eq!(troublesome(&error), None, "{error:?}");
    }
}

fn run<F: Future>(future: F) -> F::Output {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().start_paused(true).build().unwrap().block_on(future)
}
