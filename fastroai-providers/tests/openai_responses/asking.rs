//! Requests: what is asked, beside the conversation.

use std::sync::Arc;

use fastroai_providers::error::{ModelErrorKind, ProtocolFault, ProviderFault};
use fastroai_providers::openai::responses::ReasoningSummary;
use fastroai_providers::request::Effort;
use fastroai_providers::{OutputFormat, Schema, Settings, ToolChoice, ToolDefinition};

use super::*;

fn tool(name: &str) -> Arc<ToolDefinition> {
    let schema = Schema::new(json!({"type": "object", "properties": {"city": {"type": "string"}}}));
    Arc::new(ToolDefinition::new(name, "Current weather.", schema))
}

fn with(settings: &Settings, model: &str) -> Result<Value, ModelError> {
    body_of(model, &Request::new(&[Message::user("Hi")], settings))
}

fn config_error(result: Result<Value, ModelError>) -> String {
    let error = result.unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Config);
    error.to_string()
}

#[test]
fn a_request_says_no_more_than_was_asked() {
    let (messages, settings) = ([Message::user("Hi")], Settings::default());
    let mut request = Request::new(&messages, &settings);
    request.instructions = Some("Be brief.");
    let encoded = Responses::new().encode("gpt-4.1", &request, true).unwrap();
    assert_eq!(encoded.path, "responses");
    assert_eq!(encoded.headers, []);
    assert_eq!(Responses::new().authorization("k"), ("authorization", "Bearer k".to_owned()));
    let text = String::from_utf8(encoded.body).unwrap();
    assert_eq!(
        text,
        r#"{"model":"gpt-4.1","instructions":"Be brief.","input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"Hi"}]}],"store":false,"stream":true}"#
    );
    body_by(&Responses::new(), "gpt-4.1", &request, true).unwrap();
}

#[test]
fn settings_are_sent_as_set_and_not_at_all_where_unset() {
    let settings = Settings {
        max_tokens: Some(70),
        temperature: Some(0.0),
        top_p: Some(0.5),
        seed: Some(1),
        stop_sequences: Some(vec![]),
        parallel_tool_calls: Some(false),
        reasoning_effort: Some(Effort::Minimal),
        service_tier: Some("flex".to_owned()),
        ..Settings::default()
    };
    let body = with(&settings, "gpt-5").unwrap();
    for (name, value) in [
        ("max_output_tokens", json!(70)),
        ("temperature", json!(0.0)),
        ("top_p", json!(0.5)),
        ("reasoning", json!({"effort": "minimal"})),
        ("service_tier", json!("flex")),
        ("include", json!(["reasoning.encrypted_content"])),
        ("store", json!(false)),
        // Without a counterpart on this wire, or without tools that it would be about.
        ("seed", Value::Null),
        ("stop", Value::Null),
        ("parallel_tool_calls", Value::Null),
    ] {
        assert_eq!(body[name], value, "{name}");
    }
    let body = with(&Settings::default(), "gpt-4.1").unwrap();
    let names: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(names, ["model", "input", "store"]);
}

#[test]
fn encrypted_reasoning_is_asked_of_models_that_reason_and_nothing_is_kept_there() {
    let settings = Settings::default();
    for (model, asked) in [
        ("gpt-5-mini", true),
        ("o4-mini", true),
        ("openai/gpt-5.1", true),
        ("some-new-model", true),
        ("gpt-4o-mini", false),
        ("gpt-4.1", false),
        ("openai/gpt-4o", false),
        ("gpt-5-chat-latest", false),
    ] {
        let body = with(&settings, model).unwrap();
        assert_eq!(body["include"].is_array(), asked, "{model}");
        assert_eq!(body["store"], false, "{model}");
    }
    let mut stored = Responses::new();
    stored.store = true;
    stored.reasoning_summary = Some(ReasoningSummary::Auto);
    let messages = [Message::user("Hi")];
    let body = body_by(&stored, "gpt-5", &Request::new(&messages, &settings), false).unwrap();
    assert_eq!((&body["store"], &body["include"]), (&json!(true), &Value::Null));
    assert_eq!(body["reasoning"], json!({"summary": "auto"}));
}

#[test]
fn tools_are_flat_and_not_strict_and_choices_are_words_or_names() {
    let tools = [tool("weather"), tool("other")];
    let messages = [Message::user("?")];
    let settings = Settings { parallel_tool_calls: Some(false), ..Settings::default() };
    for (choice, sent) in [
        (ToolChoice::Auto, Value::Null),
        (ToolChoice::None, json!("none")),
        (ToolChoice::Required, json!("required")),
        (ToolChoice::Named("weather".to_owned()), json!({"type": "function", "name": "weather"})),
    ] {
        let mut request = Request::new(&messages, &settings);
        request.tools = &tools;
        request.tool_choice = &choice;
        let body = body_of("gpt-5", &request).unwrap();
        assert_eq!(body["tool_choice"], sent);
        assert_eq!(body["parallel_tool_calls"], false);
        assert_eq!(
            body["tools"][0],
            json!({"type": "function", "name": "weather", "description": "Current weather.",
                "parameters": tools[0].parameters.as_value(), "strict": false})
        );
    }
}

#[test]
fn a_schema_is_strict_where_the_dialect_carries_it_and_as_it_is_elsewhere() {
    let (messages, settings) = ([Message::user("?")], Settings::default());
    let asked = |schema: Value| {
        let schema = Schema::new(schema);
        let output = OutputFormat::JsonSchema { name: "place".to_owned(), schema };
        let mut request = Request::new(&messages, &settings);
        request.output = &output;
        body_of("gpt-5", &request).unwrap()["text"]["format"].clone()
    };
    assert_eq!(
        asked(json!({"type": "object", "properties": {"city": {"type": "string"}}})),
        json!({"type": "json_schema", "name": "place", "strict": true, "schema": {
            "type": "object",
            "properties": {"city": {"type": ["string", "null"]}},
            "required": ["city"],
            "additionalProperties": false
        }})
    );
    let open = json!({"type": "object", "additionalProperties": {"type": "string"}});
    assert_eq!(
        asked(open.clone()),
        json!({"type": "json_schema", "name": "place", "strict": false, "schema": open})
    );
}

#[test]
fn what_the_wire_cannot_carry_is_refused_before_it_is_sent() {
    let stop = Settings { stop_sequences: Some(vec!["END".to_owned()]), ..Settings::default() };
    assert!(config_error(with(&stop, "gpt-5")).contains("no stop sequences"));
    let hot = Settings { temperature: Some(f64::INFINITY), ..Settings::default() };
    assert!(config_error(with(&hot, "gpt-5")).contains("`temperature` is no finite number"));

    let (messages, settings) = ([Message::user("?")], Settings::default());
    let refused = |tools: &[Arc<ToolDefinition>], choice: &ToolChoice, output: &OutputFormat| {
        let mut request = Request::new(&messages, &settings);
        (request.tools, request.tool_choice, request.output) = (tools, choice, output);
        config_error(body_of("gpt-5", &request))
    };
    let text = OutputFormat::Text;
    let named = |name: &str, schema: Value| OutputFormat::JsonSchema {
        name: name.to_owned(),
        schema: Schema::new(schema),
    };
    let gone = ToolChoice::Named("gone".to_owned());
    for (said, sentence) in [
        (refused(&[tool("a b")], &ToolChoice::Auto, &text), "the tool name `a b`"),
        (refused(&[], &ToolChoice::Required, &text), "no tool is offered"),
        (refused(&[tool("here")], &gone, &text), "the tool `gone` is demanded"),
        (refused(&[], &ToolChoice::Auto, &named("a b", json!({}))), "the schema name `a b`"),
        (refused(&[], &ToolChoice::Auto, &named("a", json!(true))), "is no JSON object"),
    ] {
        assert!(said.contains(sentence), "{said}");
    }
}

#[test]
fn a_profile_tells_which_models_cannot_be_held_to_a_schema() {
    for (model, can) in
        [("gpt-5", true), ("gpt-4.1", true), ("gpt-4", false), ("gpt-3.5-turbo", false)]
    {
        assert_eq!(Responses::new().profile(model).json_schema, can, "{model}");
    }
    assert!(Responses::for_provider("xai").profile("gpt-4").json_schema);
}

#[test]
fn a_count_asks_for_what_goes_in_and_nothing_about_what_comes_out() {
    let settings = Settings {
        temperature: Some(0.5),
        top_p: Some(0.9),
        max_tokens: Some(100),
        reasoning_effort: Some(Effort::Low),
        service_tier: Some("auto".to_owned()),
        ..Settings::default()
    };
    let (messages, tools) = ([Message::user("Hi")], [tool("weather")]);
    let choice = ToolChoice::Required;
    let mut request = Request::new(&messages, &settings);
    request.instructions = Some("Be brief.");
    (request.tools, request.tool_choice) = (&tools, &choice);
    let count = Responses::new().encode_count("gpt-5", &request).unwrap().unwrap();
    assert_eq!(count.path, "responses/input_tokens");
    let mut whole = body_of("gpt-5", &request).unwrap();
    let input = ["model", "instructions", "input", "tools", "tool_choice", "reasoning"];
    whole.as_object_mut().unwrap().retain(|name, _| input.contains(&name.as_str()));
    assert_eq!(serde_json::from_slice::<Value>(&count.body).unwrap(), whole);

    let read = |body: &str| Responses::new().decode_count(body.as_bytes());
    assert_eq!(read(r#"{"object":"response.input_tokens","input_tokens":11}"#).unwrap(), 11);
    let shape = ModelErrorKind::Protocol(ProtocolFault::BadShape);
    for body in ["{}", r#"{"input_tokens":-1}"#, r#"{"input_tokens":"many"}"#, "[1]", "<html>"] {
        assert_eq!(*read(body).unwrap_err().kind(), shape, "{body}");
    }
    let error = read(r#"{"error":{"message":"slow down","code":"rate_limit_exceeded"}}"#);
    let limited = ModelErrorKind::Provider(ProviderFault::RateLimit);
    assert_eq!(*error.unwrap_err().kind(), limited);
}
