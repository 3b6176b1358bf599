//! Keys that are referred to: where they are read, when, and for whom.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use fastroai::config::{Config, FaultKind};
use fastroai::providers::connect::EnvironmentKeys;
use fastroai::providers::http::{ApiKey, FixedKeys, KeyCallback};
use fastroai::providers::{Connection, connect};
use fastroai::{Agent, Runtime};
use tests::folder::Folder;
use tests::transport::{Exchange, ScriptedTransport};

use crate::{is, loader, only};

const MODEL: &str = "openai:gpt-4o-mini";

fn hi() -> Exchange {
    Exchange::answer(
        200,
        r#"{"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[
        {"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}],
        "usage":{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}}"#,
    )
}

fn refused() -> Exchange {
    Exchange::answer(401, r#"{"error":{"message":"no","code":"invalid_api_key"}}"#)
}

fn agent(name: &str) -> Agent {
    Agent::builder().name(name).model(MODEL).build().unwrap()
}

fn over(config: &Config, transport: &ScriptedTransport) -> Runtime {
    let connection = config.connection().transport(transport.clone());
    config.runtime().unwrap().connection(connection).build()
}

fn sent(transport: &ScriptedTransport) -> Vec<String> {
    let seen = transport.seen();
    seen.iter().map(|seen| seen.header("authorization").unwrap_or("none").to_owned()).collect()
}

#[tokio::test]
async fn s9_a_key_rotated_in_the_file_between_two_requests_is_the_new_one() {
    let folder = Folder::new();
    let (shared, own) = (folder.path().join("openai"), folder.path().join("billing"));
    fs::write(&shared, "sk-1\n").unwrap();
    fs::write(&own, "sk-own-1\n").unwrap();
    let config = crate::read(&format!(
        "[providers.openai]\nkey = {{ file = '{}' }}\n[agents.Billing.keys]\nopenai = {{ file = '{}' }}",
        shared.display(),
        own.display()
    ));
    let transport = ScriptedTransport::new([hi(), hi(), hi(), hi()]);
    let runtime = over(&config, &transport);
    for round in ["1", "2"] {
        fs::write(&shared, format!("sk-{round}\n")).unwrap();
        fs::write(&own, format!("sk-own-{round}\n")).unwrap();
        agent("Travel").run("Hi").on(&runtime).await.unwrap();
        agent("Billing").run("Hi").on(&runtime).await.unwrap();
    }
    let expected = ["Bearer sk-1", "Bearer sk-own-1", "Bearer sk-2", "Bearer sk-own-2"];
    assert_eq!(sent(&transport), expected);
}

/// An environment whose key is another one with each look.
fn turning(text: &str) -> (Arc<AtomicUsize>, Config) {
    let looks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&looks);
    let config = Config::loader().text(text).environment(move || {
        let look = counted.fetch_add(1, Ordering::SeqCst);
        vec![("MY_KEY".to_owned(), format!("sk-{look}"))]
    });
    (looks, config.load().unwrap())
}

#[tokio::test]
async fn promise_4_a_key_that_is_refused_is_read_once_more_and_then_the_request_fails() {
    for section in ["providers.openai]\nkey", "agents.Travel.keys]\nopenai"] {
        let (looks, config) = turning(&format!("[{section} = {{ env = \"MY_KEY\" }}"));
        let transport = ScriptedTransport::new([refused(), hi(), refused(), refused(), hi()]);
        let runtime = over(&config, &transport);
        agent("Travel").run("Hi").on(&runtime).await.unwrap();
        assert_eq!(transport.seen().len(), 2);
        looks.store(100, Ordering::SeqCst);
        let error = agent("Travel").run("Hi").on(&runtime).await.unwrap_err();
        assert_eq!(sent(&transport)[2..], ["Bearer sk-100", "Bearer sk-101"], "{error}");
        assert!(!error.to_string().contains("sk-"), "{error}");
        assert!(error.to_string().contains("read from `MY_KEY`"), "{error}");
    }
}

#[tokio::test]
async fn promise_3_the_key_of_an_agent_serves_no_other_and_none_serves_it() {
    let text = "[providers.openai]\nkey = { env = \"SHARED\" }\n[agents.Billing.keys]\nopenai = \"${BILLING}\"\n\
                [agents.Support.keys]\nopenai = { env = \"SUPPORT\" }\n[agents.Other.keys]\nanthropic = { env = \"SUPPORT\" }";
    let variables = [("SHARED", "sk-s"), ("BILLING", "sk-b"), ("SUPPORT", "sk-u")];
    let config = loader(text, &variables).load().unwrap();
    let names = ["Billing", "Travel", "Support", "Billing", "Other", "billing"];
    let transport = ScriptedTransport::new(names.map(|_| hi()));
    let runtime = over(&config, &transport);
    for name in names {
        agent(name).run("Hi").on(&runtime).await.unwrap();
    }
    let keys = ["sk-b", "sk-s", "sk-u", "sk-b", "sk-s", "sk-s"].map(|key| format!("Bearer {key}"));
    assert_eq!(sent(&transport), keys);
}

#[tokio::test]
async fn promise_3_an_agent_in_the_code_may_have_keys_of_its_own() {
    let keys = || FixedKeys::new().with("openai", ApiKey::new("sk-own").unwrap());
    let own = Agent::builder().name("A").model(MODEL).key_provider(keys()).build().unwrap();
    let transport = ScriptedTransport::new([hi(), hi(), hi()]);
    let connection = Connection::new().environment(|_| None).key("openai", "sk-shared");
    let runtime = Runtime::builder().connection(connection.transport(transport.clone())).build();
    own.run("Hi").on(&runtime).await.unwrap();
    agent("A").run("Hi").on(&runtime).await.unwrap();
    own.run("Hi").on(&runtime).await.unwrap();
    assert_eq!(sent(&transport), ["Bearer sk-own", "Bearer sk-shared", "Bearer sk-own"]);
    assert!(!format!("{own:?}").contains("sk-"));
}

#[tokio::test]
async fn the_keys_of_the_file_go_before_those_of_the_code_provider_by_provider() {
    let keys = FixedKeys::new()
        .with("openai", ApiKey::new("sk-code").unwrap())
        .with("groq", ApiKey::new("sk-groq").unwrap());
    let own = Agent::builder().name("A").model(MODEL).key_provider(keys).build().unwrap();
    let config = loader("[agents.A.keys]\nopenai = { env = \"K\" }", &[("K", "sk-file")]);
    let transport = ScriptedTransport::new([hi(), hi()]);
    let runtime = over(&config.load().unwrap(), &transport);
    own.run("Hi").on(&runtime).await.unwrap();
    own.run("Hi").model("groq:m").on(&runtime).await.unwrap();
    assert_eq!(sent(&transport), ["Bearer sk-file", "Bearer sk-groq"]);
}

#[tokio::test]
async fn an_agent_with_keys_of_its_own_asks_each_runtime_at_its_own_address() {
    let keys = FixedKeys::new().with("openai", ApiKey::new("sk-own").unwrap());
    let own = Agent::builder().name("A").model(MODEL).key_provider(keys).build().unwrap();
    let urls = ["https://one.test", "https://two.test"].map(|url| async move {
        let transport = ScriptedTransport::new([hi()]);
        let connection = Connection::new().environment(|_| None).base_url("openai", url);
        let runtime =
            Runtime::builder().connection(connection.transport(transport.clone())).build();
        (transport, runtime)
    });
    for url in urls {
        let (transport, runtime) = url.await;
        own.run("Hi").on(&runtime).await.unwrap();
        drop(runtime);
        assert_eq!(
            transport.seen().len(),
            1,
            "the connection of a runtime that is gone is not used"
        );
    }
}

#[test]
fn retries_are_counted_apart_for_each_key_and_each_owner() {
    let fixed = |key: &'static str| EnvironmentKeys::looked_up_by(move |_| Some(key.to_owned()));
    let minted = || KeyCallback::new(|_| async { Ok(Some(ApiKey::new("sk-x")?)) });
    let shared = Connection::new().environment(|_| None).key("openai", "sk-a");
    let connections = [
        shared.clone(),
        shared.clone().own_keys("A", fixed("sk-b")),
        shared.clone().own_keys("A", minted()),
        shared.clone().own_keys("B", minted()),
    ];
    let key = |connection| {
        connect(&MODEL.parse().unwrap(), connection).unwrap().throttle_key().to_owned()
    };
    let mut keys: Vec<_> = connections.iter().map(key).collect();
    assert!(!keys.concat().contains("sk-"));
    assert_eq!(
        key(&shared.own_keys("B", fixed("sk-a"))),
        keys[0],
        "the same key is the same account"
    );
    keys.sort();
    keys.dedup();
    assert_eq!(keys.len(), 4);
}

#[tokio::test]
async fn a_key_that_is_missing_is_told_before_anything_is_sent() {
    for section in ["providers.openai]\nkey", "agents.Travel.keys]\nopenai"] {
        let text = format!("[{section} = {{ env = \"NO_SUCH\" }}");
        let config = loader(&text, &[("OPENAI_API_KEY", "sk-other")]).load().unwrap();
        let transport = ScriptedTransport::new([hi()]);
        let error = agent("Travel").run("Hi").on(&over(&config, &transport)).await.unwrap_err();
        let path = section.replace("]\n", ".");
        let said = format!("the variable `NO_SUCH` is not set, which `{path}` refers to");
        assert!(error.to_string().contains(&said), "{error}");
        assert!(transport.seen().is_empty(), "another key was sent in its place");
        let fault = only(&config.check_keys().unwrap_err());
        assert!(is(&fault, &FaultKind::NoKey), "{fault}");
        assert_eq!((fault.path(), fault.line()), (&*path, Some(2)));
    }
}

#[tokio::test]
async fn a_file_of_a_key_that_is_missing_or_none_is_told_and_not_shown() {
    let folder = Folder::new();
    let path = folder.path().join("key");
    let config =
        crate::read(&format!("[providers.openai]\nkey = {{ file = '{}' }}", path.display()));
    let transport = ScriptedTransport::new([]);
    let error = agent("A").run("Hi").on(&over(&config, &transport)).await.unwrap_err();
    assert!(error.to_string().contains("cannot be read"), "{error}");
    assert!(config.check_keys().is_err());
    fs::write(&path, "canary key\nof two lines").unwrap();
    let error = agent("A").run("Hi").on(&over(&config, &transport)).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    assert!(transport.seen().is_empty());
    fs::write(&path, "sk-good\n").unwrap();
    config.check_keys().unwrap();
}

#[tokio::test]
async fn providers_without_a_reference_have_the_keys_of_the_environment() {
    let text = "[providers.anthropic]\nkey = { env = \"A\" }";
    let variables = Arc::new(Mutex::new("sk-1"));
    let read = Arc::clone(&variables);
    let config = Config::loader()
        .text(text)
        .environment(move || vec![("OPENAI_API_KEY".to_owned(), read.lock().unwrap().to_string())]);
    let transport = ScriptedTransport::new([hi(), hi()]);
    let runtime = over(&config.load().unwrap(), &transport);
    agent("A").run("Hi").on(&runtime).await.unwrap();
    *variables.lock().unwrap() = "sk-2";
    agent("A").run("Hi").on(&runtime).await.unwrap();
    assert_eq!(sent(&transport), ["Bearer sk-1", "Bearer sk-2"]);
}
