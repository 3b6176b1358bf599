//! Schemas in the strict dialect, as they go over the wire.

use fastroai_providers::openai::ChatCompletions;
use fastroai_providers::{Message, OutputFormat, Request, Schema, Settings};
use serde_json::{Value, json};

use crate::encode::body;

/// The response format that is sent for a schema.
fn format(schema: Value) -> Value {
    let settings = Settings::default();
    let messages = [Message::user("Hello")];
    let output = OutputFormat::JsonSchema { name: "answer".to_owned(), schema: schema.into() };
    let mut request = Request::new(&messages, &settings);
    request.output = &output;
    let sent = body(&ChatCompletions::new(), &request, false)["response_format"].take();
    assert_eq!(sent["type"], "json_schema");
    assert_eq!(sent["json_schema"]["name"], "answer");
    sent["json_schema"].clone()
}

fn strict(schema: Value) -> Value {
    let mut sent = format(schema);
    assert_eq!(sent["strict"], true, "{sent}");
    sent["schema"].take()
}

/// An object of one required property.
fn with(property: impl Into<Value>) -> Value {
    json!({ "type": "object", "properties": { "p": property.into() }, "required": ["p"] })
}

fn property(schema: Value) -> Value {
    strict(with(schema))["properties"]["p"].take()
}

#[test]
fn objects_are_closed_and_all_their_properties_required() {
    let sent = strict(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Answer",
        "type": "object", "description": "An answer.",
        "properties": {
            "a": { "type": "string", "minLength": 1, "pattern": "^x" },
            "b": { "type": "object", "properties": { "c": { "type": "integer", "format": "int32" } } },
        },
        "required": ["a", "b"],
    }));
    assert_eq!(
        sent,
        json!({
            "type": "object", "description": "An answer.",
            "properties": {
                "a": { "type": "string", "pattern": "^x", "description": "(minLength: 1)" },
                "b": {
                    "type": "object",
                    "properties": { "c": {
                        "type": ["integer", "null"], "description": "(format: int32)",
                    }},
                    "required": ["c"], "additionalProperties": false,
                },
            },
            "required": ["a", "b"], "additionalProperties": false,
        })
    );
}

#[test]
fn optional_properties_may_be_null_instead_of_missing() {
    let sent = strict(json!({
        "type": "object",
        "properties": {
            "word": { "type": "string" },
            "either": { "type": ["string", "null"] },
            "choice": { "type": "string", "enum": ["a", "b"] },
            "refers": { "$ref": "#/$defs/Inner" },
            "known": { "anyOf": [{ "type": "integer" }, { "type": "null" }] },
            "count": { "type": "integer", "default": 3 },
        },
        "$defs": { "Inner": { "type": "object", "properties": {}, "additionalProperties": false } },
    }));
    let properties = &sent["properties"];
    assert_eq!(properties["word"]["type"], json!(["string", "null"]));
    assert_eq!(properties["either"]["type"], json!(["string", "null"]));
    assert_eq!(properties["choice"]["enum"], json!(["a", "b", null]));
    assert_eq!(
        properties["refers"],
        json!({ "anyOf": [{ "$ref": "#/$defs/Inner" }, { "type": "null" }] })
    );
    assert_eq!(properties["known"]["anyOf"], json!([{ "type": "integer" }, { "type": "null" }]));
    // A field with a default may have no null; the model writes the default.
    assert_eq!(properties["count"], json!({ "type": "integer", "description": "(default: 3)" }));
    assert_eq!(sent["required"].as_array().unwrap().len(), 6);
}

#[test]
fn choices_constants_and_references_are_put_as_the_dialect_has_them() {
    assert_eq!(
        property(json!({ "oneOf": [{ "const": "a" }, { "type": "string", "const": "b" }] })),
        json!({ "anyOf": [
            { "enum": ["a"], "type": "string" }, { "type": "string", "enum": ["b"] },
        ]})
    );
    assert_eq!(
        property(json!({ "$ref": "#", "description": "Again." })),
        json!({ "description": "Again.", "anyOf": [{ "$ref": "#" }] })
    );
    assert_eq!(property(json!({ "enum": [1, null] }))["type"], json!(["integer", "null"]));
}

#[test]
fn what_the_dialect_cannot_carry_is_sent_as_it_is() {
    let deep = (0..60)
        .fold(json!({ "type": "string" }), |inner, _| json!({ "type": "array", "items": inner }));
    for schema in [
        json!({ "type": "array", "items": { "type": "string" } }),
        json!({ "anyOf": [{ "type": "object" }] }),
        json!({}),
        json!({ "type": "object", "additionalProperties": { "type": "integer" } }),
        json!({ "type": "object" }),
        with(json!(true)),
        with(json!({})),
        with(json!({ "type": "array", "prefixItems": [{ "type": "string" }] })),
        with(json!({ "not": { "type": "string" } })),
        with(json!({ "$ref": "https://example.com/schema" })),
        with(json!({ "allOf": [{ "type": "string" }, { "minLength": 2 }] })),
        with(deep),
    ] {
        let sent = format(schema.clone());
        assert_eq!(sent["strict"], false);
        assert_eq!(sent["schema"], schema);
    }
}

#[test]
fn a_derived_schema_is_carried_strictly() {
    #[derive(schemars::JsonSchema)]
    #[allow(dead_code)]
    struct Trip {
        /// Where to.
        city: String,
        nights: u8,
        note: Option<String>,
        stops: Vec<Stop>,
        mood: Mood,
    }
    #[derive(schemars::JsonSchema)]
    #[allow(dead_code)]
    struct Stop {
        place: String,
        next: Option<Box<Stop>>,
    }
    #[derive(schemars::JsonSchema)]
    #[allow(dead_code)]
    enum Mood {
        Calm,
        /// With some haste.
        Hasty(f64),
    }
    let schema: Schema = schemars::schema_for!(Trip).into();
    let sent = strict(schema.as_value().clone());
    assert_eq!(sent["required"], json!(["city", "nights", "note", "stops", "mood"]));
    assert_eq!(sent["$defs"]["Stop"]["additionalProperties"], false);
    assert_eq!(sent["properties"]["nights"]["maximum"], 255);
}
