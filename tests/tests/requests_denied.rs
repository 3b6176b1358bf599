//! Requests to real models are refused where a test says so: a program of its own, since it says so
//! for the whole process.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::process::Command;

use fastroai::prelude::*;
use fastroai::providers::{Message, ModelErrorKind, Request, Settings};
use fastroai::testing::{
    ScriptedModel, allow_requests, deny_remote_requests, deny_requests, with_model,
    without_requests,
};
use fastroai::{ErrorKind, ModelError};

/// You are a travel assistant.
#[agent(model = "openai:gpt-4o-mini")]
struct Travel;

/// A runtime whose requests go to a port that nobody listens on, or far away.
fn runtime(url: &str) -> Runtime {
    Runtime::builder().base_url("anthropic", url).key("anthropic", "sk-canary-0123").build()
}

const NEAR: &str = "http://127.0.0.1:9";
const FAR: &str = "https://api.example.invalid";

/// Whether this was refused before it was sent.
fn is_denied<T>(asked: Result<T, ModelError>) -> bool {
    let Err(error) = asked else { return false };
    let told = error.to_string();
    *error.kind() == ModelErrorKind::Config && told.contains("real requests are denied here")
}

/// Whether replies, streams and counts of tokens are refused.
async fn are_denied(url: &str) -> [bool; 3] {
    let model = runtime(url).model("anthropic:claude-haiku-4-5").expect("a model");
    let (messages, settings) = ([Message::user("Hi")], Settings::default());
    let request = Request::new(&messages, &settings);
    [
        is_denied(model.request(&request).await),
        is_denied(model.stream(&request).await.map(|_| ())),
        is_denied(model.count_tokens(&request).await),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn behaviour_60_with_requests_denied_every_real_call_errors_counting_tokens_included() {
    assert_eq!(are_denied(NEAR).await, [false; 3], "the connection is refused, not the request");
    let guard = deny_requests();
    assert_eq!(are_denied(NEAR).await, [true; 3]);
    assert_eq!(are_denied(FAR).await, [true; 3]);
    let elsewhere = tokio::spawn(async { are_denied(FAR).await });
    assert_eq!(elsewhere.await.expect("no panic"), [true; 3], "in the whole process");
    let run = Travel.run("Hi").model("anthropic:claude-haiku-4-5").on(&runtime(FAR)).await;
    let error = run.expect_err("no answer");
    assert!(matches!(error.kind(), ErrorKind::Model(_)), "{error:?}");
    assert_eq!(
        error.to_string(),
        "anthropic: a request to `api.example.invalid` is refused, since real requests are denied \
         here: use a scripted model or a cassette, or drop what `testing::deny_requests` gave"
    );
    let second = deny_requests();
    drop(guard);
    assert_eq!(are_denied(NEAR).await, [true; 3], "as long as one guard lives");

    let scripted = with_model(ScriptedModel::new(["Hi."]), Travel.run("Hi")).await;
    assert_eq!(scripted.expect("an answer").output, "Hi.", "nothing is sent");
    let offline = Travel.run("Hi").model("offline:demo").await;
    offline.expect("nothing is sent");
    assert_eq!(allow_requests(are_denied(NEAR)).await, [false; 3]);
    drop(second);
    assert_eq!(are_denied(NEAR).await, [false; 3]);

    let remote = deny_remote_requests();
    assert_eq!((are_denied(NEAR).await, are_denied(FAR).await), ([false; 3], [true; 3]));
    drop(remote);

    let scoped = without_requests(async {
        let spawned = fastroai::spawn(are_denied(NEAR)).await.expect("no panic");
        let blocking = fastroai::spawn_blocking(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(are_denied(NEAR))
        });
        assert_eq!(blocking.await.expect("no panic"), [true; 3]);
        (are_denied(NEAR).await, spawned, allow_requests(are_denied(NEAR)).await)
    });
    assert_eq!(scoped.await, ([true; 3], [true; 3], [false; 3]));
    assert_eq!(are_denied(NEAR).await, [false; 3]);
}

#[tokio::test]
#[ignore = "run by others, with a variable set"]
async fn child_that_prints_what_is_denied() {
    let (near, far) = (are_denied(NEAR).await, are_denied(FAR).await);
    println!("near {near:?} far {far:?}");
}

#[test]
fn behaviour_60_a_variable_denies_requests_for_a_whole_process() {
    let all = "[true, true, true]";
    let none = "[false, false, false]";
    for (value, near, far) in
        [("1", all, all), ("remote", none, all), ("yes please", all, all), ("0", none, none)]
    {
        let program = std::env::current_exe().expect("this program");
        let output = Command::new(program)
            .args(["--ignored", "--nocapture", "child_that_prints_what_is_denied"])
            .env("FASTROAI_DENY_REQUESTS", value)
            .output()
            .expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(text.contains(&format!("near {near} far {far}")), "{value}: {text}");
    }
}
