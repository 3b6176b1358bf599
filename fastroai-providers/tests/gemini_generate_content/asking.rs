//! Requests: addresses, settings, tools and schemas.

use super::*;

fn with(settings: &Settings, model: &str) -> Result<Value, ModelError> {
    body_of(model, &Request::new(&[Message::user("Hi")], settings))
}

fn refusal(result: Result<Value, ModelError>) -> String {
    let error = result.unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Config);
    error.to_string()
}

#[test]
fn the_address_names_the_model_and_the_key_goes_in_a_header() {
    let (messages, settings) = ([Message::user("Hi")], Settings::default());
    let request = Request::new(&messages, &settings);
    let path = |model, streamed| GenerateContent::new().encode(model, &request, streamed);
    for (model, streamed, expected) in [
        ("gemini-2.5-flash", false, "v1beta/models/gemini-2.5-flash:generateContent"),
        ("gemini-2.5-flash", true, "v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse"),
        ("models/gemini-3-flash", false, "v1beta/models/gemini-3-flash:generateContent"),
        ("tunedModels/mine-1", false, "v1beta/tunedModels/mine-1:generateContent"),
    ] {
        let encoded = path(model, streamed).unwrap();
        assert_eq!((encoded.path.as_str(), encoded.headers.as_slice()), (expected, &[][..]));
    }
    for model in ["", "..", "a/../b", "a//b", "a?b", "a#b", "a%2fb", "a:b", "a b", "/a", "é"] {
        let error = path(model, false).unwrap_err();
        assert_eq!(*error.kind(), ModelErrorKind::Config, "{model}");
    }
    let header = GenerateContent::new().authorization("k");
    assert_eq!(header, ("x-goog-api-key", "k".to_owned()));
}

#[test]
fn what_is_not_set_is_not_sent_and_streams_have_the_same_body() {
    let (messages, settings) = ([Message::user("Hi")], Settings::default());
    let request = Request::new(&messages, &settings);
    for streamed in [false, true] {
        let encoded =
            GenerateContent::new().encode("gemini-2.5-flash", &request, streamed).unwrap();
        let body = String::from_utf8(encoded.body).unwrap();
        assert_eq!(body, r#"{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}"#);
    }
}

#[test]
fn all_settings_go_where_the_wire_has_them() {
    let settings = Settings {
        max_tokens: Some(500),
        temperature: Some(2.0),
        top_p: Some(0.5),
        stop_sequences: Some(vec!["END".to_owned()]),
        seed: Some(7),
        parallel_tool_calls: Some(false),
        reasoning_effort: Some(Effort::Low),
        service_tier: Some("flex".to_owned()),
        ..Settings::default()
    };
    let body = with(&settings, "gemini-3-flash-preview").unwrap();
    assert_eq!(
        body["generationConfig"],
        json!({"maxOutputTokens": 500, "temperature": 2.0, "topP": 0.5, "stopSequences": ["END"],
            "seed": 7, "thinkingConfig": {"includeThoughts": true, "thinkingLevel": "LOW"}})
    );
    assert_eq!(body["serviceTier"], "flex");
    for usual in ["auto", "default"] {
        let settings = Settings { service_tier: Some(usual.to_owned()), ..Settings::default() };
        assert_eq!(with(&settings, "gemini-2.5-pro").unwrap().get("serviceTier"), None);
    }
    let empty = Settings { stop_sequences: Some(vec![]), ..Settings::default() };
    assert_eq!(with(&empty, "gemini-2.5-pro").unwrap().get("generationConfig"), None);
}

#[test]
fn settings_that_the_wire_has_no_room_for_are_refused_before_they_are_sent() {
    let stop = |count| Some(vec!["x".to_owned(); count]);
    for (settings, said) in [
        (Settings { temperature: Some(2.1), ..Settings::default() }, "takes 0 to 2"),
        (Settings { temperature: Some(f64::NAN), ..Settings::default() }, "takes 0 to 2"),
        (Settings { top_p: Some(-0.1), ..Settings::default() }, "takes 0 to 1"),
        (Settings { seed: Some(1 << 31), ..Settings::default() }, "at most 2147483647"),
        (Settings { stop_sequences: stop(6), ..Settings::default() }, "at most 5"),
    ] {
        let error = refusal(with(&settings, "gemini-2.5-flash"));
        assert!(error.contains(said), "{error}");
    }
    let fits =
        Settings { stop_sequences: stop(5), seed: Some((1 << 31) - 1), ..Settings::default() };
    assert!(with(&fits, "gemini-2.5-flash").is_ok());
}

#[test]
fn an_effort_becomes_a_budget_or_a_level_by_the_generation() {
    let budget = |tokens: u32| json!({"includeThoughts": true, "thinkingBudget": tokens});
    let level = |level: &str| json!({"includeThoughts": true, "thinkingLevel": level});
    for (model, effort, expected) in [
        ("gemini-2.5-flash", Effort::None, json!({"thinkingBudget": 0})),
        ("gemini-2.5-flash-lite", Effort::Minimal, budget(1024)),
        ("gemini-2.5-flash", Effort::Low, budget(1024)),
        ("gemini-2.5-pro", Effort::Medium, budget(8192)),
        ("gemini-2.5-pro", Effort::High, budget(24_576)),
        ("gemini-3-pro-preview", Effort::Minimal, level("LOW")),
        ("gemini-3-pro-preview", Effort::Medium, level("HIGH")),
        ("gemini-3.1-pro-preview", Effort::Medium, level("MEDIUM")),
        ("gemini-3-flash-preview", Effort::Minimal, level("MINIMAL")),
        ("gemini-flash-latest", Effort::High, level("HIGH")),
        ("gemini-2.0-flash", Effort::High, Value::Null),
        ("gemma-3-27b-it", Effort::None, Value::Null),
    ] {
        let settings = Settings { reasoning_effort: Some(effort), ..Settings::default() };
        let body = with(&settings, model).unwrap();
        assert_eq!(body["generationConfig"]["thinkingConfig"], expected, "{model} {effort:?}");
    }
    let off = Settings { reasoning_effort: Some(Effort::None), ..Settings::default() };
    for (model, least) in [
        ("gemini-2.5-pro", "`low`"),
        ("gemini-3.1-pro-preview", "`low`"),
        ("gemini-3-flash-preview", "`minimal`"),
    ] {
        let error = refusal(with(&off, model));
        assert!(error.contains("always thinks") && error.contains(least), "{error}");
    }
}

#[test]
fn tools_go_with_their_schemas_unchanged_and_a_choice_where_one_is_made() {
    let (messages, settings) = ([Message::user("Hi")], Settings::default());
    let tools = [tool("weather"), tool("now")];
    let mut request = Request::new(&messages, &settings);
    request.tools = &tools;
    let body = body_of("gemini-2.5-flash", &request).unwrap();
    assert_eq!(
        body["tools"][0]["functionDeclarations"][1],
        json!({"name": "now", "description": "Current weather.", "parametersJsonSchema":
            {"type": "object", "properties": {"city": {"type": "string"}}}})
    );
    assert_eq!(body.get("toolConfig"), None);
    for (choice, config) in [
        (ToolChoice::None, json!({"mode": "NONE"})),
        (ToolChoice::Required, json!({"mode": "ANY"})),
        (
            ToolChoice::Named("now".to_owned()),
            json!({"mode": "ANY", "allowedFunctionNames": ["now"]}),
        ),
    ] {
        let mut request = request;
        request.tool_choice = &choice;
        let body = body_of("gemini-2.5-flash", &request).unwrap();
        assert_eq!(body["toolConfig"], json!({"functionCallingConfig": config}));
    }
    let other = ToolChoice::Named("later".to_owned());
    request.tool_choice = &other;
    assert!(refusal(body_of("gemini-2.5-flash", &request)).contains("not on offer"));
    request.tools = &[];
    request.tool_choice = &ToolChoice::Required;
    assert!(refusal(body_of("gemini-2.5-flash", &request)).contains("none is on offer"));
    request.tool_choice = &ToolChoice::None;
    assert_eq!(body_of("gemini-2.5-flash", &request).unwrap().get("toolConfig"), None);
}

#[test]
fn an_answers_schema_goes_in_the_providers_dialect_and_beside_tools_to_gemini_3_only() {
    let (messages, settings) = ([Message::user("Paris?")], Settings::default());
    let schema = Schema::new(json!({"type": "object", "properties": {
        "city": {"type": "string", "maxLength": 10}}, "required": ["city"]}));
    let output = OutputFormat::JsonSchema { name: "place".to_owned(), schema };
    let mut request = Request::new(&messages, &settings);
    request.output = &output;
    let body = body_of("gemini-2.5-flash", &request).unwrap();
    assert_eq!(
        body["generationConfig"],
        json!({"responseMimeType": "application/json", "responseJsonSchema": {
            "type": "object",
            "properties": {"city": {
                "type": "string", "description": "It must fit {\"maxLength\":10}"
            }},
            "required": ["city"]
        }})
    );
    let tools = [tool("weather")];
    request.tools = &tools;
    assert!(refusal(body_of("gemini-2.5-flash", &request)).contains("not both"));
    assert!(body_of("gemini-3-flash-preview", &request).is_ok());
    for (model, both) in [("gemini-2.5-flash", false), ("gemini-3-pro-preview", true)] {
        let profile = GenerateContent::new().profile(model);
        assert!(profile.tools && profile.json_schema);
        assert_eq!(profile.json_schema_beside_tools, both, "{model}");
    }
    assert!(!GenerateContent::new().profile("gemma-3-27b-it").tools);
}
