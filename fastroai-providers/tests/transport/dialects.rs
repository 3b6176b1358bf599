//! In what the faces differ, as requests show it.

use std::sync::Arc;

use fastroai_providers::error::ModelErrorKind;
use fastroai_providers::services::Face;
use fastroai_providers::{Message, Request, Schema, Settings, ToolChoice, ToolDefinition, connect};
use serde_json::{Value, json};

use crate::services::{Recorder, ask_model, environment, header};

#[tokio::test]
async fn a_path_may_depend_on_the_model() {
    let face = Face::named("bedrock-responses").unwrap();
    for (model, path) in
        [("openai.gpt-5.5", "/openai/v1/responses"), ("openai.gpt-oss-120b", "/v1/responses")]
    {
        let here = environment(&[("AWS_REGION", "us-east-1")]).key("bedrock", "sk-1");
        let sent = ask_model(face, model, Settings::default(), here).await.unwrap();
        assert_eq!(sent.url.path(), path);
        assert_eq!(sent.url.host_str(), Some("bedrock-mantle.us-east-1.api.aws"));
    }
}

#[tokio::test]
async fn chatgpt_is_asked_for_a_stream_and_answers_a_whole_reply() {
    let face = Face::named("chatgpt").unwrap();
    let keyed = || environment(&[("CHATGPT_ACCESS_TOKEN", "token")]);
    let mut settings = Settings::default();
    settings.extra_headers.insert("chatgpt-account-id".to_owned(), "account-1".to_owned());
    let sent = ask_model(face, "gpt-5.4", settings, keyed()).await.unwrap();
    assert_eq!(header(&sent, "accept"), Some("text/event-stream"));
    assert_eq!(header(&sent, "chatgpt-account-id"), Some("account-1"));
    let body: Value = serde_json::from_slice(&sent.body).unwrap();
    assert_eq!((&body["stream"], &body["store"]), (&true.into(), &false.into()));
    for (name, settings) in [
        ("max_tokens", Settings { max_tokens: Some(10), ..Settings::default() }),
        ("temperature", Settings { temperature: Some(0.5), ..Settings::default() }),
        ("top_p", Settings { top_p: Some(0.5), ..Settings::default() }),
    ] {
        let error = ask_model(face, "gpt-5.4", settings, keyed()).await.unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Config);
        assert_eq!(
            error.to_string(),
            format!("chatgpt: this service takes no `{name}`: leave it unset")
        );
    }
}

#[tokio::test]
async fn tokens_are_counted_where_the_service_counts_them() {
    for (name, path) in [
        ("llamacpp-responses", Some("/v1/responses/input_tokens")),
        ("llamacpp-messages", Some("/v1/messages/count_tokens")),
        ("openai-responses", Some("/v1/responses/input_tokens")),
        ("anthropic", Some("/v1/messages/count_tokens")),
        ("xai-responses", None),
        ("openrouter-messages", None),
    ] {
        let recorder = Recorder(Arc::default(), r#"{"input_tokens":10}"#);
        let keyed = environment(&[]).key(name, "sk-1").transport(recorder.clone());
        let model = connect(&format!("{name}:m").parse().unwrap(), &keyed).unwrap();
        let (messages, settings) = ([Message::user("hello")], Settings::default());
        let counted = model.count_tokens(&Request::new(&messages, &settings)).await;
        let seen = recorder.0.lock().unwrap().pop();
        assert_eq!(seen.as_ref().map(|sent| sent.url.path()), path, "{name}");
        assert_eq!(counted.ok(), path.map(|_| 10), "{name}");
    }
}

#[test]
fn a_tool_is_forced_only_on_a_model_that_takes_that() {
    let tools =
        [Arc::new(ToolDefinition::new("f", "Does it.", Schema::new(json!({"type": "object"}))))];
    let messages = [Message::user("hello")];
    let free = fields(json!({"thinking": {"type": "disabled"}}));
    let free = Settings { extra_body: free, ..Settings::default() };
    for (name, model, settings, forced) in [
        ("deepseek", "deepseek-v4-flash", Settings::default(), false),
        ("deepseek", "deepseek-v4-flash", free.clone(), true),
        ("deepseek", "deepseek-chat", Settings::default(), true),
        ("deepseek-messages", "deepseek-v4-flash", Settings::default(), false),
        ("deepseek-responses", "deepseek-v4-flash", Settings::default(), false),
        ("moonshot", "kimi-k2-thinking", Settings::default(), false),
        ("groq", "m", Settings::default(), true),
    ] {
        for choice in [ToolChoice::Required, ToolChoice::Named("f".to_owned())] {
            let mut request = Request::new(&messages, &settings);
            (request.tools, request.tool_choice) = (&tools, &choice);
            let sent =
                Face::named(name).unwrap().protocol().encode(model, &request, false).unwrap();
            let body: Value = serde_json::from_slice(&sent.body).unwrap();
            assert!(body["tools"][0].is_object());
            assert_eq!(body.get("tool_choice").is_some(), forced, "{name}:{model}");
        }
    }
}

fn fields(value: Value) -> serde_json::Map<String, Value> {
    let Value::Object(fields) = value else { unreachable!("an object") };
    fields
}

#[tokio::test]
async fn a_dialect_of_requests_is_that_of_the_row() {
    let settings = || Settings { seed: Some(7), ..Settings::default() };
    for (name, yes, no) in [
        ("mistral", "random_seed", "seed"),
        ("groq", "seed", "random_seed"),
        ("xai-responses", "include", "seed"),
        ("deepseek-responses", "store", "include"),
        ("groq-responses", "store", "include"),
    ] {
        let keyed = environment(&[]).key(name, "sk-1");
        let sent = ask_model(Face::named(name).unwrap(), "m", settings(), keyed).await.unwrap();
        let body: Value = serde_json::from_slice(&sent.body).unwrap();
        assert!(body.get(yes).is_some() && body.get(no).is_none(), "{name}: {body}");
    }
}

#[test]
fn what_a_model_can_do_depends_on_the_service_and_the_model() {
    let profile = |name: &str, model: &str| Face::named(name).unwrap().protocol().profile(model);
    assert!(!profile("perplexity", "sonar").tools);
    assert!(!profile("deepseek", "deepseek-chat").json_schema);
    assert!(profile("groq", "openai/gpt-oss-20b").json_schema);
    assert!(!profile("groq", "llama-3.3-70b-versatile").json_schema);
    assert!(!profile("cerebras", "m").json_schema_beside_tools);
    assert!(profile("openrouter", "m").json_schema_beside_tools);
    assert!(profile("openrouter-messages", "anthropic/claude-haiku-4.5").json_schema);
    assert!(!profile("openrouter-messages", "anthropic/claude-3.5-haiku").json_schema);
    assert!(!profile("deepseek-messages", "claude-haiku-4-5").json_schema, "it only maps the name");
    assert!(!profile("llamacpp-responses", "m").json_schema);
    assert!(!profile("openai", "o1-mini").tools && profile("copilot", "o1-mini").tools);
}
