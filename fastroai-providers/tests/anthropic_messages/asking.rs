//! Requests.

use super::*;

fn tool(name: &str) -> Arc<ToolDefinition> {
    let schema = Schema::new(json!({"type": "object", "properties": {"city": {"type": "string"}}}));
    Arc::new(ToolDefinition::new(name, "Current weather.", schema))
}

fn with(settings: &Settings, model: &str) -> Result<Value, ModelError> {
    body_of(model, &Request::new(&[Message::user("Hi")], settings), false)
}

fn config_error(settings: &Settings, model: &str) -> String {
    let error = with(settings, model).unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Config);
    error.to_string()
}

fn assistant(provider: &str, parts: Vec<Part>) -> Message {
    let mut response = Response::default();
    response.provider = Some(provider.to_owned());
    response.parts = parts;
    Message::Assistant(response)
}

fn reasoning(text: &str, signature: Option<&str>, redacted: Option<&str>) -> Part {
    let mut reasoning = Reasoning::default();
    text.clone_into(&mut reasoning.text);
    reasoning.signature = signature.map(str::to_owned);
    reasoning.redacted = redacted.map(str::to_owned);
    Part::Reasoning(reasoning)
}

#[test]
fn the_address_the_version_and_the_key_are_what_the_wire_wants() {
    let (messages, settings) = ([Message::user("Hi")], Settings::default());
    let request = Request::new(&messages, &settings);
    let encoded = Messages::new().encode("claude-sonnet-4-5", &request, true).unwrap();
    assert_eq!(encoded.path, "v1/messages");
    assert_eq!(encoded.headers, [("anthropic-version", "2023-06-01".to_owned())]);
    assert_eq!(Messages::new().authorization("k"), ("x-api-key", "k".to_owned()));
    let text = String::from_utf8(encoded.body).unwrap();
    assert_eq!(
        text,
        r#"{"model":"claude-sonnet-4-5","max_tokens":64000,"messages":[{"role":"user","content":[{"type":"text","text":"Hi"}]}],"stream":true}"#
    );
}

#[test]
fn a_conversation_becomes_alternating_turns_with_results_first() {
    let calls = [
        ToolCall::new("call:1", "weather", r#"{"city": "Lisbon"}"#),
        ToolCall::new("call.1", "weather", ""),
    ];
    let results = vec![
        ToolResult::new(&calls[0], "rain", ToolOutcome::Success),
        ToolResult::new(&calls[1], "", ToolOutcome::Failed),
    ];
    let messages = [
        Message::user("One"),
        Message::user("Two"),
        assistant(
            "openai",
            vec![
                Part::text("Looking."),
                Part::text(" "),
                reasoning("foreign", Some("sig"), Some("data")),
                Part::ToolCall(calls[0].clone()),
                Part::ToolCall(calls[1].clone()),
                Part::Provider { provider: "openai".to_owned(), raw: json!({"type": "thing"}) },
            ],
        ),
        Message::user("And?"),
        Message::Tool({
            let mut message = ToolMessage::default();
            message.results = results;
            message
        }),
        assistant("openai", vec![]),
        Message::correction("Shorter."),
        assistant("openai", vec![Part::Refusal { text: "No.".to_owned() }]),
    ];
    let settings = Settings::default();
    let mut request = Request::new(&messages, &settings);
    request.instructions = Some("Be brief.");
    let body = body_of("claude-sonnet-4-5", &request, false).unwrap();
    assert_eq!(body["system"], "Be brief.");
    let turns = body["messages"].as_array().unwrap();
    let roles: Vec<&str> = turns.iter().map(|turn| turn["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["user", "assistant", "user", "assistant"]);
    let kinds = |turn: &Value| -> Vec<String> {
        let blocks = turn["content"].as_array().unwrap().iter();
        blocks.map(|block| block["type"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(kinds(&turns[0]), ["text", "text"]);
    assert_eq!(kinds(&turns[1]), ["text", "tool_use", "tool_use"]);
    assert_eq!(kinds(&turns[2]), ["tool_result", "tool_result", "text", "text"]);
    let (calls, results) = (&turns[1]["content"], &turns[2]["content"]);
    for place in 0..2 {
        let id = calls[place + 1]["id"].as_str().unwrap();
        assert_eq!(results[place]["tool_use_id"], id);
        assert!(id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'));
    }
    assert_ne!(calls[1]["id"], calls[2]["id"]);
    assert_eq!(calls[2]["input"], json!({}));
    assert_eq!(results[0].get("is_error"), None);
    assert_eq!(results[1]["is_error"], true);
    assert!(!results[1]["content"].as_str().unwrap().is_empty());
    assert_eq!(turns[3]["content"], json!([{"type": "text", "text": "No."}]));
}

#[test]
fn arguments_go_back_as_an_object_whatever_they_were() {
    for (arguments, sent) in [
        (r#"{"n": 1.50}"#, json!({"n": 1.5})),
        ("", json!({})),
        (" \n", json!({})),
        (r#"{"city": "Lis"#, json!({"INVALID_JSON": r#"{"city": "Lis"#})),
        ("[1]", json!({"INVALID_JSON": "[1]"})),
        (r#"{"half": "\ud83d"}"#, json!({"INVALID_JSON": r#"{"half": "\ud83d"}"#})),
        (r#"{"whole": "\ud83d\ude80"}"#, json!({"whole": "🚀"})),
    ] {
        let call = Part::ToolCall(ToolCall::new("a", "f", arguments));
        let messages = [Message::user("?"), assistant("anthropic", vec![call])];
        let settings = Settings::default();
        let body =
            body_of("claude-sonnet-4-5", &Request::new(&messages, &settings), false).unwrap();
        assert_eq!(body["messages"][1]["content"][0]["input"], sent, "{arguments}");
    }
}

#[test]
fn thinking_goes_back_only_to_who_signed_it() {
    let parts = || {
        vec![
            reasoning("unsigned", None, None),
            reasoning("", Some(""), None),
            reasoning("", Some("sig"), None),
            reasoning("", None, Some("data")),
            Part::text("Hi"),
            Part::Provider {
                provider: "anthropic".to_owned(),
                raw: json!({"type": "compaction", "content": "x"}),
            },
        ]
    };
    let settings = Settings::default();
    let sent = |provider: &str| {
        let messages = [Message::user("?"), assistant(provider, parts()), Message::user("!")];
        let request = Request::new(&messages, &settings);
        body_of("claude-sonnet-4-5", &request, false).unwrap()["messages"][1]["content"].clone()
    };
    assert_eq!(
        sent("anthropic"),
        json!([
            {"type": "text", "text": "<thinking>\nunsigned\n</thinking>"},
            {"type": "thinking", "thinking": "", "signature": "sig"},
            {"type": "redacted_thinking", "data": "data"},
            {"type": "text", "text": "Hi"},
            {"type": "compaction", "content": "x"}
        ])
    );
    assert_eq!(sent("bedrock")[0], json!({"type": "text", "text": "Hi"}));
}

#[test]
fn tools_and_choices_are_sent_in_the_words_of_the_wire() {
    let tools = [tool("weather"), tool("other")];
    let messages = [Message::user("?")];
    let one_by_one = Settings { parallel_tool_calls: Some(false), ..Settings::default() };
    let free = Settings::default();
    for (choice, settings, sent) in [
        (ToolChoice::Auto, &free, Value::Null),
        (ToolChoice::None, &free, json!({"type": "none"})),
        (ToolChoice::None, &one_by_one, json!({"type": "none"})),
        (ToolChoice::Required, &free, json!({"type": "any"})),
        (
            ToolChoice::Named("weather".to_owned()),
            &free,
            json!({"type": "tool", "name": "weather"}),
        ),
        (ToolChoice::Auto, &one_by_one, json!({"type": "auto", "disable_parallel_tool_use": true})),
        (
            ToolChoice::Required,
            &one_by_one,
            json!({"type": "any", "disable_parallel_tool_use": true}),
        ),
    ] {
        let mut request = Request::new(&messages, settings);
        request.tools = &tools;
        request.tool_choice = &choice;
        let body = body_of("claude-sonnet-4-5", &request, false).unwrap();
        assert_eq!(body["tool_choice"], sent);
        assert_eq!(
            body["tools"][0],
            json!({"name": "weather", "description": "Current weather.",
                "input_schema": tools[0].parameters.as_value()})
        );
    }
    for (choice, offered) in
        [(ToolChoice::Required, &tools[..0]), (ToolChoice::Named("gone".to_owned()), &tools[..])]
    {
        let mut request = Request::new(&messages, &free);
        request.tools = offered;
        request.tool_choice = &choice;
        let error = body_of("claude-sonnet-4-5", &request, false).unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Config);
    }
}

#[test]
fn a_tool_whose_arguments_are_no_object_is_refused() {
    let (messages, settings) = ([Message::user("Hi")], Settings::default());
    for schema in [json!(true), json!({"type": "string"}), json!({"oneOf": []})] {
        let tools = [Arc::new(ToolDefinition::new("odd", "Odd.", Schema::new(schema)))];
        let mut request = Request::new(&messages, &settings);
        request.tools = &tools;
        let error = body_of("claude-sonnet-4-5", &request, false).unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Config);
        assert!(error.to_string().contains("`odd`"), "{error}");
    }
}

#[test]
fn settings_are_sent_as_set_and_not_at_all_where_unset() {
    let settings = Settings {
        max_tokens: Some(7),
        temperature: Some(0.0),
        top_p: Some(0.5),
        stop_sequences: Some(vec!["END".to_owned()]),
        seed: Some(1),
        service_tier: Some("standard_only".to_owned()),
        ..Settings::default()
    };
    let body = with(&settings, "claude-sonnet-4-5").unwrap();
    for (name, value) in [
        ("max_tokens", json!(7)),
        ("temperature", json!(0.0)),
        ("top_p", json!(0.5)),
        ("stop_sequences", json!(["END"])),
        ("service_tier", json!("standard_only")),
        ("seed", Value::Null),
        ("thinking", Value::Null),
    ] {
        assert_eq!(body[name], value, "{name}");
    }
    for (model, limit) in
        [("claude-opus-4-1", 32_000), ("claude-3-5-haiku-latest", 8192), ("tiny", 4096)]
    {
        assert_eq!(with(&Settings::default(), model).unwrap()["max_tokens"], limit);
        assert_eq!(Messages::new().profile(model).default_max_tokens, Some(limit));
    }
}

#[test]
fn sampling_outside_of_what_the_wire_takes_is_refused() {
    for value in [1.1, -0.1, f64::NAN] {
        let settings = Settings { temperature: Some(value), ..Settings::default() };
        assert!(config_error(&settings, "claude-sonnet-4-5").contains("0 to 1"));
    }
    let cold = Settings { temperature: Some(0.0), ..Settings::default() };
    assert!(config_error(&cold, "claude-opus-4-7").contains("takes no `temperature`"));
    let usual = Settings { temperature: Some(1.0), ..Settings::default() };
    assert_eq!(with(&usual, "claude-opus-4-7").unwrap()["temperature"], Value::Null);
}

#[test]
fn effort_is_a_budget_or_adaptive_by_the_model() {
    let effort = |effort| Settings { reasoning_effort: Some(effort), ..Settings::default() };
    for (model, level, thinking, config) in [
        (
            "claude-sonnet-4-5",
            Effort::Low,
            json!({"type": "enabled", "budget_tokens": 2048}),
            Value::Null,
        ),
        (
            "claude-sonnet-4-6",
            Effort::Minimal,
            json!({"type": "adaptive"}),
            json!({"effort": "low"}),
        ),
        ("claude-opus-4-8", Effort::High, json!({"type": "adaptive"}), json!({"effort": "high"})),
        ("claude-sonnet-5", Effort::None, json!({"type": "disabled"}), Value::Null),
        ("claude-sonnet-4-5", Effort::None, Value::Null, Value::Null),
        ("claude-3-5-haiku-latest", Effort::High, Value::Null, Value::Null),
        ("tiny", Effort::High, json!({"type": "enabled", "budget_tokens": 2048}), Value::Null),
    ] {
        let body = with(&effort(level), model).unwrap();
        assert_eq!((&body["thinking"], &body["output_config"]), (&thinking, &config), "{model}");
    }
    let small = Settings { max_tokens: Some(1024), ..effort(Effort::Low) };
    assert!(config_error(&small, "claude-sonnet-4-5").contains("raise `max_tokens`"));
    assert!(config_error(&effort(Effort::None), "claude-fable-5").contains("always thinks"));
}

#[test]
fn what_thinking_does_not_go_with_is_refused() {
    let think = Settings { reasoning_effort: Some(Effort::Medium), ..Settings::default() };
    let cold = Settings { temperature: Some(0.2), ..think.clone() };
    assert!(config_error(&cold, "claude-sonnet-4-5").contains("no temperature but 1"));
    let narrow = Settings { top_p: Some(0.5), ..think.clone() };
    assert!(config_error(&narrow, "claude-sonnet-4-5").contains("0.95"));
    let usual = Settings { temperature: Some(1.0), ..think.clone() };
    assert!(with(&usual, "claude-sonnet-4-5").is_ok());

    let (messages, tools) = ([Message::user("?")], [tool("weather")]);
    let mut request = Request::new(&messages, &think);
    request.tools = &tools;
    request.tool_choice = &ToolChoice::Required;
    let error = body_of("claude-sonnet-4-5", &request, false).unwrap_err();
    assert!(error.to_string().contains("cannot force a tool"), "{error}");
}

#[test]
fn an_empty_conversation_is_not_sent() {
    let settings = Settings::default();
    let error =
        body_of("claude-sonnet-4-5", &Request::new(&[Message::user(" ")], &settings), false)
            .unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Config);
}
