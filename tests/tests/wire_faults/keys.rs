//! Keys that are refused, that change, and that cannot be had.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use fastroai::{Agent, Runtime};
use fastroai_providers::error::{ModelErrorKind, ProviderFault, RetryClass};
use fastroai_providers::http::{ApiKey, FixedKeys, KeyCallback, KeyError, KeyFiles};
use fastroai_providers::{Connection, ModelError};
use tests::transport::{Exchange, ScriptedTransport};

use crate::ask::{
    ANTHROPIC, GOOGLE, KEY, OPENAI, RESPONSES, USAGE, ask, completion, connection, model, whole,
};

fn hi() -> Exchange {
    completion(r#"{"role":"assistant","content":"hi"}"#, "stop", USAGE)
}

fn refused(status: u16) -> Exchange {
    Exchange::answer(status, r#"{"error":{"message":"no","code":"invalid_api_key"}}"#)
}

fn authorizations(transport: &ScriptedTransport) -> Vec<String> {
    let seen = transport.seen();
    seen.iter().map(|seen| seen.header("authorization").unwrap_or("none").to_owned()).collect()
}

fn scripted(exchanges: impl IntoIterator<Item = Exchange>) -> (ScriptedTransport, Connection) {
    let transport = ScriptedTransport::new(exchanges);
    let connection = Connection::new().environment(|_| None).transport(transport.clone());
    (transport, connection)
}

#[tokio::test]
async fn p7_a_refused_key_is_named_by_its_variable_and_never_shown() {
    for (id, variable) in [
        (OPENAI, "OPENAI_API_KEY"),
        (RESPONSES, "OPENAI_API_KEY"),
        (ANTHROPIC, "ANTHROPIC_API_KEY"),
        (GOOGLE, "GEMINI_API_KEY"),
        ("together:m", "TOGETHER_API_KEY"),
    ] {
        for (status, fault) in
            [(401, ProviderFault::Authentication), (403, ProviderFault::Permission)]
        {
            let said = format!(r#"{{"error":{{"message":"bad key {KEY}"}}}}"#);
            let transport = ScriptedTransport::new([Exchange::answer(status, said)]);
            let connection = Connection::new()
                .environment(move |name| (name == variable).then(|| KEY.to_owned()))
                .transport(transport.clone());
            let error = ask(&*model(id, &connection)).await.unwrap_err();
            assert_eq!(*error.kind(), ModelErrorKind::Provider(fault), "{id}");
            assert_eq!(error.retry_class(), RetryClass::Never);
            let text = error.to_string();
            assert!(text.contains(&format!("the key was read from `{variable}`")), "{text}");
            assert!(!format!("{text} {error:?} {:?}", error.detail()).contains("canary"));
            assert_eq!(transport.seen().len(), 1, "the same key is not tried twice");
        }
    }
}

#[tokio::test]
async fn p7_a_key_from_the_code_and_one_that_is_missing_are_named_as_such() {
    let error = whole(OPENAI, refused(401)).await.unwrap_err();
    assert!(error.to_string().contains("read from `.key(\"openai\", …)`"), "{error}");
    let (_, connection) = scripted([refused(401)]);
    let connection = connection.base_url("openai", "http://127.0.0.1:1");
    let error = ask(&*model(OPENAI, &connection)).await.unwrap_err();
    assert!(error.to_string().contains("; no key was sent"), "{error}");
}

#[tokio::test]
async fn a_key_that_changes_in_the_environment_is_used_from_the_next_request_on() {
    let (transport, connection) = scripted([hi(), hi()]);
    let current = Arc::new(Mutex::new("sk-1"));
    let read = Arc::clone(&current);
    let connection = connection.environment(move |name| {
        (name == "OPENAI_API_KEY").then(|| read.lock().unwrap().to_owned())
    });
    let model = model(OPENAI, &connection);
    ask(&*model).await.unwrap();
    *current.lock().unwrap() = "sk-2";
    ask(&*model).await.unwrap();
    assert_eq!(authorizations(&transport), ["Bearer sk-1", "Bearer sk-2"]);
}

/// A vault whose key changes with each look.
fn vault() -> (Arc<AtomicUsize>, Connection, ScriptedTransport) {
    let (transport, connection) = scripted([refused(401), hi()]);
    let looks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&looks);
    let connection = connection.key_provider(KeyCallback::new(move |provider| {
        assert_eq!(provider, "openai");
        let key = format!("sk-{}", counted.fetch_add(1, Ordering::SeqCst));
        async move { Ok(Some(ApiKey::new(key)?.from_place("the vault"))) }
    }));
    (looks, connection, transport)
}

#[tokio::test]
async fn after_a_401_a_newer_key_is_sent_once() {
    let (looks, connection, transport) = vault();
    assert_eq!(ask(&*model(OPENAI, &connection)).await.unwrap().text(), "hi");
    assert_eq!(authorizations(&transport), ["Bearer sk-0", "Bearer sk-1"]);
    assert_eq!(looks.load(Ordering::SeqCst), 2);
    let seen = transport.seen();
    assert_eq!(seen[0].bytes(), seen[1].bytes(), "the same request");
}

#[tokio::test]
async fn a_newer_key_is_no_further_attempt_on_the_bill() {
    let (transport, connection) = scripted([refused(401), hi()]);
    let looks = AtomicUsize::new(0);
    let keys = KeyCallback::new(move |_| {
        let key = format!("sk-{}", looks.fetch_add(1, Ordering::SeqCst));
        async move { Ok(Some(ApiKey::new(key)?)) }
    });
    let runtime = Runtime::builder().connection(connection).key_provider(keys).build();
    let agent = Agent::builder().name("tester").model(OPENAI).build().unwrap();
    let answer = agent.run("hello").on(&runtime).await.unwrap();
    assert_eq!((transport.seen().len(), answer.bill.lines().len()), (2, 1));
    assert!(!answer.bill.lines()[0].failed);
}

#[tokio::test]
async fn after_a_second_401_no_third_request_is_made_and_both_keys_are_scrubbed() {
    let said = r#"{"error":{"message":"neither sk-0 nor sk-1"}}"#;
    let (transport, connection) = scripted([refused(401), Exchange::answer(401, said)]);
    let looks = AtomicUsize::new(0);
    let connection = connection.key_provider(KeyCallback::new(move |_| {
        let key = format!("sk-{}", looks.fetch_add(1, Ordering::SeqCst));
        async move { Ok(Some(ApiKey::new(key)?)) }
    }));
    let error = ask(&*model(OPENAI, &connection)).await.unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Provider(ProviderFault::Authentication));
    assert_eq!(error.detail(), Some("neither [redacted] nor [redacted]"));
    assert_eq!(transport.seen().len(), 2);
}

#[tokio::test]
async fn no_other_status_asks_for_another_key() {
    for status in [400, 403, 404, 429, 500] {
        let (looks, connection, _) = vault();
        let transport = ScriptedTransport::new([refused(status), hi()]);
        let connection = connection.transport(transport.clone());
        ask(&*model(OPENAI, &connection)).await.unwrap_err();
        assert_eq!((transport.seen().len(), looks.load(Ordering::SeqCst)), (1, 1), "{status}");
    }
}

#[tokio::test]
async fn a_key_in_a_file_is_trimmed_kept_and_read_again_when_it_is_refused() {
    let path = std::env::temp_dir().join(format!("fastroai-key-{}", std::process::id()));
    std::fs::write(&path, "  sk-1\n").unwrap();
    let (transport, connection) = scripted([hi(), hi(), refused(401), hi(), refused(401)]);
    let connection = connection.key_provider(KeyFiles::new().with("openai", &path));
    let model = model(OPENAI, &connection);
    ask(&*model).await.unwrap();
    std::fs::write(&path, "sk-2\r\n").unwrap();
    ask(&*model).await.unwrap();
    ask(&*model).await.unwrap();
    let error = ask(&*model).await.unwrap_err();
    std::fs::remove_file(&path).unwrap();
    let expected = ["Bearer sk-1", "Bearer sk-1", "Bearer sk-1", "Bearer sk-2", "Bearer sk-2"];
    assert_eq!(authorizations(&transport), expected);
    let place = format!("read from the file `{}`", path.display());
    assert!(error.to_string().contains(&place), "{error}");
}

fn assert_config(error: &ModelError, words: &str) {
    assert_eq!(*error.kind(), ModelErrorKind::Config, "{error}");
    assert!(error.to_string().contains(words), "{error}");
}

#[tokio::test]
async fn a_key_that_cannot_be_had_sends_nothing() {
    let (transport, connection) = scripted([]);
    let broken = connection
        .clone()
        .key_provider(KeyCallback::new(|_| async { Err(KeyError::new("the vault is sealed")) }));
    let error = ask(&*model(OPENAI, &broken)).await.unwrap_err();
    assert_config(&error, "no key can be had: the vault is sealed");
    let missing = connection.clone().key_provider(KeyFiles::new().with("openai", "/no/such/key"));
    let error = ask(&*model(OPENAI, &missing)).await.unwrap_err();
    assert_config(&error, "the file `/no/such/key` cannot be read");
    let other = FixedKeys::new().with("anthropic", ApiKey::new("sk-1").unwrap());
    let error = ask(&*model(OPENAI, &connection.key_provider(other))).await.unwrap_err();
    assert_config(&error, "`openai:gpt-4o-mini` needs a key");
    assert!(transport.seen().is_empty());
}

#[tokio::test]
async fn what_the_code_sets_goes_before_a_key_provider_and_that_before_the_environment() {
    let (transport, own) = scripted([hi(), hi()]);
    let keys = FixedKeys::new().with("openai", ApiKey::new("sk-given").unwrap());
    let set = |name: &str| (name == "OPENAI_API_KEY").then(|| "sk-environment".to_owned());
    let own = own.environment(set).key_provider(keys);
    ask(&*model(OPENAI, &own)).await.unwrap();
    ask(&*model(OPENAI, &own.key("openai", "sk-set"))).await.unwrap();
    assert_eq!(authorizations(&transport), ["Bearer sk-given", "Bearer sk-set"]);
}

#[tokio::test]
async fn s1_no_part_of_a_connection_shows_a_key() {
    let transport = ScriptedTransport::new([refused(500)]);
    let connection = connection(&transport);
    let keys = FixedKeys::new().with("openai", ApiKey::new(KEY).unwrap());
    let error = ask(&*model(OPENAI, &connection)).await.unwrap_err();
    let shown = format!("{connection:?} {keys:?} {error:?} {error}");
    assert!(!shown.contains("canary"), "{shown}");
}
