//! What the user, the model, the log and the operator see of an error, and how it is found again.

use std::fmt::Write as _;

use fastroai::Message;
use fastroai::history::{HistoryProcessor, Processed, Turn};
use fastroai::prelude::*;
use fastroai::providers::{Model, ModelError};
use fastroai::tool::FunctionTool;
use fastroai_providers::error::ProviderFault;
use futures_util::future::BoxFuture;
use tests::folder::Folder;
use tests::scripted::{Scripted, Step, call, text};
use tests::spans::Spans;
use tracing::instrument::WithSubscriber;
use tracing_subscriber::layer::SubscriberExt;

use super::rig::{MODEL, records, runtime, words};

/// What a tool's and a provider's error say beside the secrets.
const PASSWORD: &str = "hunter2-canary";
const KEY: &str = "sk-proj-a8Kd03kfQmZ91xLs7TbVcR2e";
const PERSON: &str = "ursula@example.org";

/// An agent whose tool fails with a password, and whose provider then fails with a key.
async fn fails(trail: &std::path::Path, model: &Scripted) -> Error {
    let lookup = FunctionTool::new("lookup", "Looks up.", |_: serde_json::Value, _| async {
        let said = format!("no route to postgres://admin:{PASSWORD}@db.internal");
        Err::<String, _>(ToolError::new(said))
    });
    let runtime = runtime(model, trail).build();
    let agent = Agent::builder().name("Clerk").model(MODEL).tool(lookup).build().unwrap();
    let error = agent.run("Go").on(&runtime).metadata("subject", "u-7").await.unwrap_err();
    assert!(!error.run_id().is_empty());
    error
}

fn script() -> Scripted {
    let said = format!("the key {KEY} of {PERSON} may not use this");
    let error = ModelError::provider_fault(ProviderFault::Permission, "no")
        .with_provider("openai")
        .with_status(403)
        .with_code("key_limited")
        .with_request_id("req_123")
        .with_detail(&said);
    Scripted::new(MODEL, [call("a", "lookup", "{}"), Step::Fail(error)])
}

#[tokio::test(start_paused = true)]
async fn secrets_in_errors_reach_neither_the_model_nor_the_user_nor_the_log() {
    let (folder, model, spans) = (Folder::new(), script(), Spans::default());
    let subscriber = tracing_subscriber::registry().with(spans.layer());
    let error = fails(&folder.trail(), &model).with_subscriber(subscriber).await;

    let mut seen = format!("{error}\n{error:?}\n{error:#?}\n");
    writeln!(seen, "{}\n{:?}", error.public(), error.public()).unwrap();
    writeln!(seen, "{}", serde_json::to_string(&error.public()).unwrap()).unwrap();
    writeln!(seen, "{:?}\n{:?}", spans.all(), spans.events()).unwrap();
    seen.push_str(&std::fs::read_to_string(folder.trail()).unwrap());
    for asked in model.asked() {
        writeln!(seen, "{}", serde_json::to_string(&asked.messages).unwrap()).unwrap();
    }
    writeln!(seen, "{}", error.internal()).unwrap();
    for secret in [PASSWORD, KEY, PERSON] {
        assert!(!seen.contains(secret), "{secret}: {seen}");
    }

    assert!(model.asked()[1].tool_results()[0].starts_with("The tool failed"));
    let public = serde_json::to_value(error.public()).unwrap();
    assert_eq!(public["code"], "provider");
    assert_eq!(public["message"], "The model could not answer.");
    let internal = error.internal().to_string();
    for known in ["openai", "status 403", "key_limited", "req_123", "[SECRET]", "[EMAIL]", "Clerk"]
    {
        assert!(internal.contains(known), "{known}: {internal}");
    }
    assert!(internal.contains("may not use this"), "{internal}");
}

#[tokio::test(start_paused = true)]
async fn the_id_that_a_user_is_shown_finds_the_run_in_the_trail_and_in_the_trace() {
    let (folder, model, spans) = (Folder::new(), script(), Spans::default());
    let subscriber = tracing_subscriber::registry().with(spans.layer());
    let error = fails(&folder.trail(), &model).with_subscriber(subscriber).await;
    let shown = serde_json::to_value(error.public()).unwrap();
    let id = shown["correlation_id"].as_str().unwrap();
    let found = records(&folder.trail()).into_iter().filter(|it| it.run.as_deref() == Some(id));
    assert_eq!(
        words(&found.collect::<Vec<_>>()),
        [
            "run.started",
            "model.asked",
            "model.ended succeeded",
            "tool.called",
            "tool.ended failed",
            "model.asked",
            "model.ended provider",
            "run.ended provider",
        ]
    );
    assert_eq!(spans.one("invoke_agent Clerk").text("fastroai.run.id"), Some(id));
}

#[tokio::test]
async fn a_model_that_is_asked_by_hand_has_both_faces_too() {
    let model = script();
    let (messages, settings) = ([Message::user("Go")], fastroai::Settings::default());
    let request = fastroai::providers::Request::new(&messages, &settings);
    assert!(model.request(&request).await.is_ok());
    let error = model.request(&request).await.unwrap_err();
    let (public, internal) =
        (fastroai::PublicError::from(&error), fastroai::InternalError::from(&error).to_string());
    assert_eq!((public.code(), public.is_retryable()), ("provider", false));
    assert!(internal.contains("key_limited") && !internal.contains(KEY), "{internal}");
}

/// Fails with a password.
struct Broken;

impl HistoryProcessor for Broken {
    fn process<'a>(&'a self, _: &'a [Message], _: &'a Turn<'a>) -> BoxFuture<'a, Processed<'a>> {
        let said = format!("no route to postgres://admin:{PASSWORD}@db.internal");
        Box::pin(async move { Err(std::io::Error::other(said).into()) })
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_program_s_own_parts_fail_with_is_for_operators_alone() {
    let said = || std::io::Error::other(format!("postgres://admin:{PASSWORD}@db.internal"));
    let script = || Scripted::new(MODEL, [text("Yes")]);
    let runtime = |model| Runtime::builder().model(model).build();
    let agent = || Agent::builder().model(MODEL);

    let broken = agent().history(Broken).build().unwrap();
    let of_history = broken.run("Go").on(&runtime(script())).await.unwrap_err();
    let plain = agent().build().unwrap();
    let call = plain.run("Go").validate(move |_, _| Err(OutputError::from(said())));
    let of_output = call.on(&runtime(script())).await.unwrap_err();

    for (error, code) in [(of_history, "history"), (of_output, "output_failed")] {
        let public = error.public();
        assert_eq!(public.code(), code);
        let seen = format!("{error} {error:?} {error:#?} {public} {public:?}");
        assert!(!seen.contains("postgres") && !seen.contains(PASSWORD), "{seen}");
        let internal = error.internal().to_string();
        assert!(internal.contains("postgres://admin:[SECRET]"), "{internal}");
    }
}
