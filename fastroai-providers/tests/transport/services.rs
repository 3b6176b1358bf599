//! Each face of each service at its address, with its key, in its dialect.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use fastroai_providers::error::ModelErrorKind;
use fastroai_providers::http::{ApiKey, FixedKeys, Incoming, Outgoing, Transport};
use fastroai_providers::openai::chat::TokenLimit;
use fastroai_providers::services::{Address, FACES, Face, KeyHeader, KeyNeed, Wire};
use fastroai_providers::{
    Connection, Message, Model, ModelError, Request, Settings, catalogue, connect,
};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt, stream};
use serde_json::Value;

use crate::connect::{ANTHROPIC, GOOGLE, OPENAI};

const RESPONSES: &str = r#"{"id":"r1","object":"response","status":"completed","model":"m","output":[
    {"type":"message","role":"assistant","content":[{"type":"output_text","text":"hi"}]}]}"#;
/// A stream whose items all come before its last event, which has none.
const RESPONSES_STREAM: &str = r#"event: response.output_item.done
data: {"type":"response.output_item.done","output_index":0,"item":{"type":"message","role":"assistant","content":[{"type":"output_text","text":"hi"}]}}

event: response.completed
data: {"type":"response.completed","response":{"id":"r1","status":"completed","model":"m","output":[]}}

"#;

/// Answers everything with the same reply.
#[derive(Clone)]
pub(crate) struct Recorder(pub(crate) Arc<Mutex<Vec<Outgoing>>>, pub(crate) &'static str);

impl Recorder {
    fn of(face: &Face) -> Self {
        let reply = match face.wire {
            Wire::ChatCompletions(_) => OPENAI,
            Wire::Responses(_) if face.streams_only => RESPONSES_STREAM,
            Wire::Responses(_) => RESPONSES,
            Wire::Messages => ANTHROPIC,
            Wire::GenerateContent => GOOGLE,
            _ => unreachable!("a new wire"),
        };
        Self(Arc::default(), reply)
    }
}

impl Transport for Recorder {
    fn post(&self, outgoing: Outgoing) -> BoxFuture<'_, Result<Incoming, ModelError>> {
        self.0.lock().unwrap().push(outgoing);
        let body = stream::iter([Ok(self.1.into())]).boxed();
        std::future::ready(Ok(Incoming::new(200, reqwest::header::HeaderMap::new(), body))).boxed()
    }
}

pub(crate) fn environment(variables: &[(&str, &str)]) -> Connection {
    let variables: BTreeMap<String, String> =
        variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    Connection::new().environment(move |name| variables.get(name).cloned())
}

async fn ask(name: &str, connection: Connection) -> Result<Outgoing, ModelError> {
    let face = Face::named(name).unwrap();
    let model = if face.wire == Wire::GenerateContent { "some-model" } else { "some/model" };
    let limit = face.refused.is_empty().then_some(10);
    ask_model(face, model, Settings { max_tokens: limit, ..Settings::default() }, connection).await
}

pub(crate) async fn ask_model(
    face: &Face,
    model: &str,
    settings: Settings,
    connection: Connection,
) -> Result<Outgoing, ModelError> {
    let recorder = Recorder::of(face);
    let id = format!("{}:{model}", face.name).parse().unwrap();
    let model = connect(&id, &connection.transport(recorder.clone()))?;
    let messages = [Message::user("hello")];
    let reply = Model::request(&*model, &Request::new(&messages, &settings)).await?;
    assert_eq!((reply.text().as_str(), reply.provider.as_deref()), ("hi", Some(face.name)));
    Ok(recorder.0.lock().unwrap().pop().unwrap())
}

pub(crate) fn header<'a>(sent: &'a Outgoing, name: &str) -> Option<&'a str> {
    sent.headers.get(name).map(|value| value.to_str().unwrap())
}

/// What follows the base URL, less a version that both would write.
fn below(base: &str, path: &str) -> String {
    match path.split_once('/') {
        Some((version, rest)) if base.ends_with(&format!("/{version}")) => format!("{base}/{rest}"),
        _ => format!("{base}/{path}"),
    }
}

#[tokio::test]
async fn each_face_is_asked_at_its_address_with_its_key_and_its_limit() {
    for face in FACES {
        let mut variables = vec![(face.key_variables[0], "sk-1")];
        let base = match face.address {
            Address::At(url) => url.to_owned(),
            Address::Within { template, variables: parts } => {
                variables.push((parts[0], "here-1"));
                template.replace("{}", "here-1")
            }
            Address::Asked { example } => {
                variables.push((face.base_url_variables[0], example));
                example.to_owned()
            }
            _ => unreachable!("a new kind of address"),
        };
        let path = match face.path {
            "" => "v1beta/models/some-model:generateContent",
            path => path,
        };
        let sent = ask(face.name, environment(&variables)).await.unwrap();
        assert_eq!(sent.url.as_str(), below(&base, path));
        let (keys, others) = match face.key_header {
            KeyHeader::Bearer => (header(&sent, "authorization"), ["x-api-key", "api-key"]),
            KeyHeader::Named(name) => (header(&sent, name), ["authorization", "x-none"]),
            _ => unreachable!("a new kind of header"),
        };
        assert_eq!(
            keys.map(|key| key.trim_start_matches("Bearer ")),
            Some("sk-1"),
            "{}",
            face.name
        );
        for other in others {
            assert_eq!(header(&sent, other), None, "{}", face.name);
        }
        let body: Value = serde_json::from_slice(&sent.body).unwrap();
        let limit = match face.wire {
            Wire::ChatCompletions(dialect) if dialect.token_limit == TokenLimit::MaxTokens => {
                "/max_tokens"
            }
            Wire::ChatCompletions(_) => "/max_completion_tokens",
            Wire::Responses(_) => "/max_output_tokens",
            Wire::Messages => "/max_tokens",
            _ => "/generationConfig/maxOutputTokens",
        };
        let limits = ["max_tokens", "max_completion_tokens", "max_output_tokens"];
        let count = limits.iter().filter(|name| body.get(**name).is_some()).count();
        if face.refused.is_empty() {
            assert_eq!(body.pointer(limit), Some(&10.into()), "{}", face.name);
            assert_eq!(count, usize::from(limit != "/generationConfig/maxOutputTokens"));
        } else {
            assert_eq!(count, 0, "{}", face.name);
        }
    }
}

#[tokio::test]
async fn the_key_of_a_service_serves_all_its_faces_and_one_for_a_face_goes_first() {
    for face in FACES {
        let mut connection = environment(&[]).base_url(face.name, "https://a.test");
        let sent = ask(face.name, connection.clone().key(face.service, "sk-1")).await.unwrap();
        let name = match face.key_header {
            KeyHeader::Named(name) => name,
            _ => "authorization",
        };
        assert!(header(&sent, name).unwrap().ends_with("sk-1"), "{}", face.name);
        connection = connection.key(face.service, "sk-1").key(face.name, "sk-2");
        let sent = ask(face.name, connection).await.unwrap();
        assert!(header(&sent, name).unwrap().ends_with("sk-2"), "{}", face.name);
    }
    let wrong = environment(&[]).key("xai", "sk 1");
    let error = connect(&"xai-responses:m".parse().unwrap(), &wrong).err().unwrap().to_string();
    assert!(error.starts_with("for `xai-responses:m`, in `.key(\"xai\", …)`: the key"), "{error}");
}

#[tokio::test]
async fn a_source_of_keys_is_asked_for_the_face_and_then_for_its_service() {
    let key = |text: &str| ApiKey::new(text).unwrap();
    let service = FixedKeys::new().with("xai", key("sk-1"));
    let both = service.clone().with("xai-responses", key("sk-2"));
    for (keys, expected) in [(service, "Bearer sk-1"), (both, "Bearer sk-2")] {
        let sent = ask("xai-responses", environment(&[]).key_provider(keys)).await.unwrap();
        assert_eq!(header(&sent, "authorization"), Some(expected));
    }
    let none = environment(&[]).key_provider(FixedKeys::new().with("openai", key("sk-1")));
    let error = ask("xai-responses", none).await.unwrap_err().to_string();
    assert!(error.contains("set the `XAI_API_KEY` environment variable, pass"), "{error}");
    assert!(error.contains("`.key(\"xai\", …)`"), "{error}");
}

#[tokio::test]
async fn the_base_url_of_a_service_serves_the_faces_that_are_where_it_is() {
    for (name, service, url) in [
        ("openai-responses", "openai", "https://a.test/v1/responses"),
        ("xai-responses", "xai", "https://a.test/v1/responses"),
        ("openrouter-messages", "openrouter", "https://a.test/v1/messages"),
        ("bedrock-messages", "bedrock", "https://a.test/v1/anthropic/v1/messages"),
    ] {
        let connection =
            environment(&[]).key(service, "sk-1").base_url(service, "https://a.test/v1");
        let sent = ask(name, connection.clone()).await.unwrap();
        assert_eq!(sent.url.as_str(), url);
        let sent = ask(name, connection.base_url(name, "https://b.test/v1")).await.unwrap();
        assert_eq!(sent.url.host_str(), Some("b.test"), "{name}");
    }
    for (name, service, host) in [
        ("deepseek-messages", "deepseek", "api.deepseek.com"),
        ("zai-messages", "zai", "api.z.ai"),
        ("google-openai", "google", "generativelanguage.googleapis.com"),
    ] {
        let connection = environment(&[]).key(service, "sk-1").base_url(service, "https://a.test");
        let sent = ask(name, connection).await.unwrap();
        assert_eq!(sent.url.host_str(), Some(host), "it is elsewhere than {service}");
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
    for service in FACES {
        let Address::At(url) = service.address else { continue };
        if !url.starts_with("http://127.0.0.1:") {
            continue;
        }
        let sent = ask(service.name, environment(&[])).await.unwrap();
        assert_eq!(header(&sent, "authorization"), None, "{}", service.name);
        let id = format!("{}:m", service.name).parse().unwrap();
        let free = connect(&id, &environment(&[])).unwrap().profile().free;
        assert_eq!(free, service.service != "litellm", "{}", service.name);
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
fn a_missing_key_is_asked_for_by_all_its_names() {
    let error = connect(&"perplexity:sonar".parse().unwrap(), &environment(&[])).err().unwrap();
    let text = error.to_string();
    assert!(text.contains("set the `PERPLEXITY_API_KEY` or `PPLX_API_KEY` environment"), "{text}");
}

#[test]
fn the_rows_are_complete_and_in_the_table_of_the_documentation() {
    let documentation = include_str!("../../src/connect/providers.md");
    let names: BTreeSet<_> = FACES.iter().map(|face| face.name).collect();
    assert_eq!(names.len(), FACES.len(), "two rows have one name");
    for wire in ["chat", "responses", "messages"] {
        let of_wire = |face: &&Face| match face.wire {
            Wire::ChatCompletions(_) => wire == "chat",
            Wire::Responses(_) => wire == "responses",
            Wire::Messages => wire == "messages",
            _ => false,
        };
        let others = FACES.iter().skip_while(|face| face.name != "azure");
        let names: Vec<_> = others.filter(of_wire).map(|face| face.name).collect();
        assert!(names.is_sorted(), "{wire} is not sorted: {names:?}");
    }
    for face in FACES {
        let (name, docs) = (face.name, face.docs);
        assert!(catalogue::Provider::named(name).is_some(), "{name}");
        assert!(docs.starts_with("https://"), "{name}");
        assert!(name.starts_with(face.service), "{name}");
        let beginning = format!("| [`{name}`]({docs}) |");
        let row = documentation.lines().find(|line| line.starts_with(&beginning));
        let row = row.unwrap_or_else(|| panic!("no row begins with {beginning}"));
        let address = match face.address {
            Address::At(url) => url,
            Address::Within { template, .. } => template,
            Address::Asked { example } => example,
            _ => unreachable!("a new kind of address"),
        };
        let variables = face.key_variables.iter().chain(face.base_url_variables);
        for cell in variables.chain([&address]) {
            assert!(row.contains(&format!("`{cell}`")), "{name}: no `{cell}` in its row");
        }
        let own = face.service == "openai-compatible";
        assert!(face.key == KeyNeed::Always || own, "{name}");
    }
}
