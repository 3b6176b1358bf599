//! Each compatible service at its address, with its key, in its dialect.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use fastroai_providers::compatible::{Address, KeyNeed, SERVICES, Service};
use fastroai_providers::error::ModelErrorKind;
use fastroai_providers::http::{Incoming, Outgoing, Transport};
use fastroai_providers::openai::chat::{KeyHeader, TokenLimit};
use fastroai_providers::{
    Connection, Message, Model, ModelError, Request, Settings, catalogue, connect,
};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use serde_json::Value;

use crate::connect::OPENAI;

/// Answers everything with the same reply.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<Outgoing>>>);

impl Transport for Recorder {
    fn post(&self, outgoing: Outgoing) -> BoxFuture<'_, Result<Incoming, ModelError>> {
        self.0.lock().unwrap().push(outgoing);
        let body = stream::iter([Ok(OPENAI.into())]).boxed();
        std::future::ready(Ok(Incoming::new(200, reqwest::header::HeaderMap::new(), body))).boxed()
    }
}

fn environment(variables: &[(&str, &str)]) -> Connection {
    let variables: BTreeMap<String, String> =
        variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    Connection::new().environment(move |name| variables.get(name).cloned())
}

async fn ask(service: &str, connection: Connection) -> Result<Outgoing, ModelError> {
    let recorder = Recorder::default();
    let id = format!("{service}:some/model").parse().unwrap();
    let model = connect(&id, &connection.transport(recorder.clone()))?;
    let messages = [Message::user("hello")];
    let settings = Settings { max_tokens: Some(10), ..Settings::default() };
    let reply = Model::request(&*model, &Request::new(&messages, &settings)).await?;
    assert_eq!((reply.text().as_str(), reply.provider.as_deref()), ("hi", Some(service)));
    Ok(recorder.0.lock().unwrap().pop().unwrap())
}

fn header<'a>(sent: &'a Outgoing, name: &str) -> Option<&'a str> {
    sent.headers.get(name).map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn each_service_is_asked_at_its_address_with_its_key_and_its_limit() {
    for service in SERVICES {
        let mut variables = vec![(service.key_variables[0], "sk-1")];
        let expected = match service.address {
            Address::At(url) => format!("{url}/{}", service.path),
            Address::Within { template, variables: parts } => {
                variables.push((parts[0], "here-1"));
                format!("{}/{}", template.replace("{}", "here-1"), service.path)
            }
            Address::Asked { example } => {
                variables.push((service.base_url_variables[0], example));
                format!("{example}/{}", service.path)
            }
            _ => unreachable!("a new kind of address"),
        };
        let sent = ask(service.name, environment(&variables)).await.unwrap();
        assert_eq!(sent.url.as_str(), expected);
        match service.key_header {
            KeyHeader::ApiKey => assert_eq!(header(&sent, "api-key"), Some("sk-1")),
            _ => assert_eq!(header(&sent, "authorization"), Some("Bearer sk-1")),
        }
        let body: Value = serde_json::from_slice(&sent.body).unwrap();
        let old = service.token_limit == TokenLimit::MaxTokens;
        assert_eq!(body["max_tokens"] == 10, old, "{}", service.name);
        assert_eq!(body["max_completion_tokens"] == 10, !old, "{}", service.name);
    }
}

#[tokio::test]
async fn a_base_url_that_already_holds_the_version_means_the_same() {
    for (name, url, whole) in [
        ("groq", "https://a.test/openai/v1", "https://a.test/openai/v1/chat/completions"),
        ("azure", "https://a.test/openai/v1/", "https://a.test/openai/v1/chat/completions"),
        ("ollama", "http://127.0.0.1:1/v1", "http://127.0.0.1:1/v1/chat/completions"),
        ("cerebras", "https://a.test", "https://a.test/v1/chat/completions"),
        ("openai-compatible", "https://a.test/x", "https://a.test/x/chat/completions"),
    ] {
        let sent = ask(name, environment(&[]).key(name, "sk-1").base_url(name, url)).await;
        assert_eq!(sent.unwrap().url.as_str(), whole);
    }
}

#[tokio::test]
async fn of_several_variables_the_first_that_is_set_counts() {
    let both = [("GOOGLE_API_KEY", "sk-1"), ("GEMINI_API_KEY", "sk-2")];
    let sent = ask("google-openai", environment(&both)).await.unwrap();
    assert_eq!(header(&sent, "authorization"), Some("Bearer sk-1"));
    let sent = ask("google-openai", environment(&[("GOOGLE_API_KEY", ""), both[1]])).await.unwrap();
    assert_eq!(header(&sent, "authorization"), Some("Bearer sk-2"));
}

#[tokio::test]
async fn a_server_on_this_machine_is_asked_without_a_key_and_for_nothing() {
    for service in SERVICES {
        let Address::At(url) = service.address else { continue };
        if !url.starts_with("http://127.0.0.1:") {
            continue;
        }
        let sent = ask(service.name, environment(&[])).await.unwrap();
        assert_eq!(header(&sent, "authorization"), None, "{}", service.name);
        let id = format!("{}:m", service.name).parse().unwrap();
        let free = connect(&id, &environment(&[])).unwrap().profile().free;
        assert_eq!(free, service.name != "litellm", "{}", service.name);
    }
    let cloud = connect(&"ollama:gpt-oss:120b-cloud".parse().unwrap(), &environment(&[])).unwrap();
    assert!(!cloud.profile().free, "it only seems to run here");
    let far = environment(&[]).key("ollama", "sk-1").base_url("ollama", "https://ollama.com");
    assert!(!connect(&"ollama:m".parse().unwrap(), &far).unwrap().profile().free);
}

#[tokio::test]
async fn a_server_of_ones_own_is_asked_without_a_key_wherever_it_is() {
    let own = environment(&[("OPENAI_COMPATIBLE_BASE_URL", "https://llm.example.com/v1")]);
    assert_eq!(header(&ask("openai-compatible", own).await.unwrap(), "authorization"), None);
}

#[tokio::test]
async fn an_address_that_is_missing_is_asked_for_by_its_variables() {
    for (name, variables) in [
        ("azure", "the `AZURE_OPENAI_ENDPOINT` environment variable"),
        ("openai-compatible", "the `OPENAI_COMPATIBLE_BASE_URL` environment variable"),
        ("bedrock-openai", "`AWS_REGION` or `AWS_DEFAULT_REGION` or `AWS_BEDROCK_BASE_URL`"),
    ] {
        let error = ask(name, environment(&[]).key(name, "sk-1")).await.unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Config);
        let text = error.to_string();
        assert!(
            text.starts_with(&format!("`{name}:some/model` needs a base URL, as in ")),
            "{text}"
        );
        assert!(text.contains(variables), "{text}");
        assert!(text.contains(&format!("`.base_url(\"{name}\", …)`")), "{text}");
    }
}

#[tokio::test]
async fn a_variable_cannot_send_the_key_to_another_host() {
    for region in ["evil.test/", "evil.test#", "a@evil.test", "evil.test\\", "x y", "é"] {
        let variables = [("AWS_REGION", region), ("AWS_BEARER_TOKEN_BEDROCK", "sk-1")];
        let error = ask("bedrock-openai", environment(&variables)).await.unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Config);
        assert!(error.to_string().starts_with("in `AWS_REGION`: it does not fit"), "{error}");
    }
}

#[test]
fn what_a_model_can_do_depends_on_the_service_and_the_model() {
    let profile = |name: &str, model: &str| Service::named(name).unwrap().profile(model);
    assert!(!profile("perplexity", "sonar").tools);
    assert!(!profile("deepseek", "deepseek-chat").json_schema);
    assert!(profile("groq", "openai/gpt-oss-20b").json_schema);
    assert!(!profile("groq", "llama-3.3-70b-versatile").json_schema);
    assert!(!profile("cerebras", "m").json_schema_beside_tools);
    assert!(profile("openrouter", "m").json_schema_beside_tools);
}

#[test]
fn a_missing_key_is_asked_for_by_all_its_names() {
    let error = connect(&"perplexity:sonar".parse().unwrap(), &environment(&[])).err().unwrap();
    let text = error.to_string();
    assert!(text.contains("set the `PERPLEXITY_API_KEY` or `PPLX_API_KEY` environment"), "{text}");
}

#[test]
fn the_rows_are_sorted_complete_and_in_the_table_of_the_documentation() {
    let documentation = include_str!("../../src/connect.rs");
    let names: Vec<_> = SERVICES.iter().map(|service| service.name).collect();
    let sorted: BTreeSet<_> = names.iter().copied().collect();
    assert!(names.iter().eq(&sorted), "not sorted, or not unique: {names:?}");
    for service in SERVICES {
        let (name, docs) = (service.name, service.docs);
        assert!(catalogue::Provider::named(name).is_some(), "{name}");
        assert!(docs.starts_with("https://"), "{name}");
        let beginning = format!("/// | [`{name}`]({docs}) |");
        let row = documentation.lines().find(|line| line.starts_with(&beginning));
        let row = row.unwrap_or_else(|| panic!("no row begins with {beginning}"));
        let address = match service.address {
            Address::At(url) => url,
            Address::Within { template, .. } => template,
            Address::Asked { example } => example,
            _ => unreachable!("a new kind of address"),
        };
        let variables = service.key_variables.iter().chain(service.base_url_variables);
        for cell in variables.chain([&address]) {
            assert!(row.contains(&format!("`{cell}`")), "{name}: no `{cell}` in its row");
        }
        assert!(service.key == KeyNeed::Always || name == "openai-compatible", "{name}");
    }
}
