//! Structured output.

use super::*;

fn asked(schema: Value) -> Result<Value, ModelError> {
    let (messages, settings) = ([Message::user("Paris?")], Settings::default());
    let output = OutputFormat::JsonSchema { name: "place".to_owned(), schema: Schema::new(schema) };
    let mut request = Request::new(&messages, &settings);
    request.output = &output;
    body_of("claude-sonnet-4-5", &request, false)
}

#[test]
fn a_schema_is_sent_in_the_providers_dialect() {
    let body = asked(json!({"type": "object", "properties": {
        "city": {"type": "string", "maxLength": 10}}, "required": ["city"]}))
    .unwrap();
    assert_eq!(
        body["output_config"],
        json!({"format": {"type": "json_schema", "schema": {
            "type": "object",
            "properties": {"city": {
                "type": "string", "description": "It must fit {\"maxLength\":10}"
            }},
            "required": ["city"],
            "additionalProperties": false
        }}})
    );
}

#[test]
fn a_schema_that_the_provider_cannot_hold_to_is_refused_before_it_is_sent() {
    let error =
        asked(json!({"type": "object", "additionalProperties": {"type": "string"}})).unwrap_err();
    assert_eq!(*error.kind(), ModelErrorKind::Config);
    assert!(error.to_string().contains("list its properties"), "{error}");
}

#[test]
fn only_models_that_can_be_held_to_a_schema_say_so() {
    for (model, can) in [
        ("claude-sonnet-4-5", true),
        ("claude-opus-4-1", true),
        ("claude-haiku-4-5-20251001", true),
        ("claude-opus-4-6", true),
        ("claude-sonnet-4-0", false),
        ("claude-3-5-haiku-latest", false),
        ("tiny", false),
    ] {
        assert_eq!(Messages::new().profile(model).json_schema, can, "{model}");
    }
}
