//! From a model's name to requests at the right address, with the right key.

use std::collections::BTreeMap;

use fastroai_providers::{
    Connection, Message, Model, ModelError, ModelErrorKind, Request, Settings, connect,
};

use crate::server::{JSON, Server, answer};

/// A connection that sees these variables, and none of the process.
fn environment(variables: &[(&str, &str)]) -> Connection {
    let variables: BTreeMap<String, String> =
        variables.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    Connection::new().environment(move |name| variables.get(name).cloned())
}

fn refusal(id: &str, connection: &Connection) -> String {
    let error = connect(&id.parse().unwrap(), connection).err().unwrap();
    assert_eq!(*error.kind(), ModelErrorKind::Config);
    error.to_string()
}

async fn ask(id: &str, connection: &Connection) -> Result<String, ModelError> {
    let model = connect(&id.parse().unwrap(), connection)?;
    let messages = [Message::user("hello")];
    let settings = Settings { max_tokens: Some(10), ..Settings::default() };
    let request = Request::new(&messages, &settings);
    Model::request(&*model, &request).await.map(|response| response.text())
}

pub(crate) const OPENAI: &str = r#"{"id":"c1","object":"chat.completion","created":1,"model":"m","choices":[
    {"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}"#;
pub(crate) const ANTHROPIC: &str = r#"{"id":"m1","type":"message","role":"assistant","model":"m",
    "content":[{"type":"text","text":"hi"}],"stop_reason":"end_turn","stop_sequence":null,
    "usage":{"input_tokens":1,"output_tokens":1}}"#;

pub(crate) const GOOGLE: &str = r#"{"candidates":[{"content":{"parts":[{"text":"hi"}],"role":"model"},
    "finishReason":"STOP"}]}"#;

#[tokio::test]
async fn a_base_url_means_what_it_means_to_the_providers_own_libraries() {
    for (id, variable, path, body, line) in [
        ("openai:m", "OPENAI_BASE_URL", "/v1", OPENAI, "POST /v1/chat/completions HTTP/1.1"),
        ("openai:m", "OPENAI_BASE_URL", "/proxy/", OPENAI, "POST /proxy/chat/completions HTTP/1.1"),
        ("anthropic:m", "ANTHROPIC_BASE_URL", "", ANTHROPIC, "POST /v1/messages HTTP/1.1"),
        ("anthropic:m", "ANTHROPIC_BASE_URL", "/v1", ANTHROPIC, "POST /v1/messages HTTP/1.1"),
        ("anthropic:m", "ANTHROPIC_BASE_URL", "/p/", ANTHROPIC, "POST /p/v1/messages HTTP/1.1"),
        (
            "google:m",
            "GOOGLE_GEMINI_BASE_URL",
            "/p/v1beta",
            GOOGLE,
            "POST /p/v1beta/models/m:generateContent HTTP/1.1",
        ),
    ] {
        let server = Server::start([vec![answer(200, JSON, body)], vec![answer(200, JSON, body)]]);
        let url = format!("{}{path}", server.url());
        assert_eq!(ask(id, &environment(&[(variable, &url)])).await.unwrap(), "hi");
        assert_eq!(
            ask(id, &environment(&[]).base_url(id.split(':').next().unwrap(), &url)).await.unwrap(),
            "hi"
        );
        for request in server.requests() {
            assert_eq!(request.lines().next(), Some(line));
            let head = request.to_lowercase();
            assert!(!head.contains("authorization:") && !head.contains("x-api-key:"), "{head}");
        }
    }
}

#[tokio::test]
async fn what_the_code_sets_goes_before_the_environment() {
    let good = || vec![answer(200, JSON, OPENAI)];
    let (ours, theirs) = (Server::start([good()]), Server::start([good()]));
    let variables = [("OPENAI_API_KEY", "sk-env"), ("OPENAI_BASE_URL", &*theirs.url())];
    ask("openai:m", &environment(&variables)).await.unwrap();
    assert!(theirs.requests()[0].contains("authorization: Bearer sk-env\r\n"));
    let connection =
        environment(&variables).key("openai", "sk-code").base_url("openai", ours.url());
    ask("openai:m", &connection).await.unwrap();
    assert!(ours.requests()[0].contains("authorization: Bearer sk-code\r\n"));
    assert_eq!(theirs.requests().len(), 1);
}

#[tokio::test]
async fn the_first_variable_that_holds_a_key_is_taken_and_the_key_goes_in_a_header() {
    let good = || vec![answer(200, JSON, GOOGLE)];
    let server = Server::start([good(), good()]);
    for (variables, key) in [
        (&[("GOOGLE_API_KEY", "g-1"), ("GEMINI_API_KEY", "g-2")][..], "g-1"),
        (&[("GOOGLE_API_KEY", ""), ("GEMINI_API_KEY", "g-2")], "g-2"),
    ] {
        let connection = environment(variables).base_url("google", server.url());
        ask("google:gemini-2.5-flash", &connection).await.unwrap();
        let requests = server.requests();
        let request = requests.last().unwrap();
        assert!(request.contains(&format!("x-goog-api-key: {key}\r\n")), "{request}");
        assert!(!request.lines().next().unwrap().contains("g-"), "{request}");
    }
    let error = refusal("google:m", &environment(&[]));
    assert!(error.contains("set the `GOOGLE_API_KEY` or `GEMINI_API_KEY` environment"), "{error}");
}

#[tokio::test]
async fn models_of_one_connection_share_what_is_open() {
    let good = answer(200, JSON, OPENAI);
    let server = Server::start([vec![good.clone()], vec![good]]);
    let connection = environment(&[]).base_url("openai", server.url());
    ask("openai:one", &connection).await.unwrap();
    ask("openai:two", &connection).await.unwrap();
    assert_eq!(server.connections(), 1);
}

#[test]
fn a_missing_key_is_one_error_that_says_what_to_do() {
    for variables in [&[][..], &[("OPENAI_API_KEY", "")]] {
        assert_eq!(
            refusal("openai:gpt-4o-mini", &environment(variables)),
            "`openai:gpt-4o-mini` needs a key: set the `OPENAI_API_KEY` environment variable, pass \
             the key with `.key(\"openai\", …)` on the runtime, or run offline with `offline:demo`"
        );
    }
}

#[test]
fn a_key_or_address_that_cannot_be_used_is_named_by_its_place_and_not_shown() {
    let key = refusal("anthropic:m", &environment(&[("ANTHROPIC_API_KEY", "sk-canary\n")]));
    assert!(key.starts_with("for `anthropic:m`, in `ANTHROPIC_API_KEY`: the key holds"), "{key}");
    let set = refusal("openai:m", &environment(&[]).key("openai", "sk canary"));
    assert!(set.starts_with("for `openai:m`, in `.key(\"openai\", …)`: the key holds"), "{set}");
    let variables = [("OPENAI_API_KEY", "sk-1"), ("OPENAI_BASE_URL", "http://canary.test/v1")];
    let url = refusal("openai:m", &environment(&variables));
    assert!(url.starts_with("in `OPENAI_BASE_URL`: the base URL would send"), "{url}");
    for text in [key, set, url] {
        assert!(!text.contains("canary"), "{text}");
    }
}

#[test]
fn an_unknown_provider_is_told_the_known_ones_and_the_nearest() {
    let known = "the providers are `openai`, `openai-responses`, `anthropic`, `google`, `azure`, ";
    for (id, hint) in [
        ("opnai:gpt-4o", "did you mean `openai`? "),
        ("antropic:claude", "did you mean `anthropic`? "),
        ("gogle:gemini", "did you mean `google`? "),
        ("ofline:demo", "did you mean `offline`? "),
        ("something-else:model", ""),
    ] {
        let (provider, _) = id.split_once(':').unwrap();
        let expected = format!("unknown provider `{provider}`: {hint}{known}");
        let refusal = refusal(id, &environment(&[]));
        assert!(refusal.starts_with(&expected) && refusal.ends_with(", `offline`"), "{refusal}");
    }
}

#[tokio::test]
async fn the_offline_model_needs_nothing() {
    let text = ask("offline:demo", &environment(&[])).await.unwrap();
    assert!(text.starts_with("[offline"), "{text}");
}
