//! The arguments and outputs of the offline model fit the schemas that they are made for.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::chat::{Chat, tool};

/// What the offline model calls a tool of these parameters with.
fn arguments(parameters: &Value) -> Value {
    seeded(parameters, 0)
}

/// What it calls one with that has this seed.
fn seeded(parameters: &Value, seed: u32) -> Value {
    let reply = Chat::new("Go").tool(tool("t", parameters)).seed(seed).ask();
    let call = reply.tool_calls().next().expect("the tool is called");
    serde_json::from_str(&call.arguments).expect("arguments are JSON")
}

/// What the offline model makes for a schema that is required as the property `it`.
fn sample(schema: &Value) -> Value {
    let mut parameters = object([("it", schema.clone(), true)]);
    if let Some(defs) = schema.get("$defs") {
        parameters["$defs"] = defs.clone();
    }
    let arguments = arguments(&parameters);
    assert_fits(&parameters, &arguments);
    for seed in [1, 2, 9, 1_000, u32::MAX] {
        assert_fits(&parameters, &seeded(&parameters, seed));
    }
    arguments["it"].clone()
}

fn assert_fits(schema: &Value, value: &Value) {
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(schema)
        .expect("the test's schema is a schema");
    if let Err(error) = validator.validate(value) {
        panic!("{value} does not fit {schema}: {error}");
    }
}

fn object<const N: usize>(properties: [(&str, Value, bool); N]) -> Value {
    let required: Vec<&str> = properties.iter().filter(|p| p.2).map(|p| p.0).collect();
    let properties: serde_json::Map<_, _> =
        properties.into_iter().map(|(name, schema, _)| (name.to_owned(), schema)).collect();
    json!({"type": "object", "properties": properties, "required": required})
}

#[test]
fn optional_properties_are_left_out_unless_the_schema_gives_them() {
    let parameters = object([
        ("city", json!({"type": "string"}), true),
        ("note", json!({"type": "string"}), false),
        ("unit", json!({"type": "string", "default": "celsius"}), false),
        ("days", json!({"type": "integer", "examples": [3, 5]}), false),
    ]);
    assert_eq!(arguments(&parameters), json!({"city": "example", "unit": "celsius", "days": 3}));
}

#[test]
fn an_example_in_the_description_is_used() {
    assert_eq!(
        sample(&json!({"type": "string", "description": "City name, e.g. \"Lisbon\"."})),
        "Lisbon"
    );
    let short = json!({"type": "string", "description": "e.g. \"Lisbon\"", "maxLength": 3});
    assert_eq!(sample(&short), "exa");
}

#[test]
fn constants_and_choices_are_taken() {
    assert_eq!(sample(&json!({"const": 7})), 7);
    assert_eq!(sample(&json!({"enum": ["b", "a"]})), "b");
    assert_eq!(sample(&json!({"type": ["null", "boolean"]})), true);
    assert_eq!(sample(&json!({"type": "null"})), Value::Null);
}

#[test]
fn strings_have_the_format_that_is_asked_for() {
    for format in [
        "date",
        "date-time",
        "time",
        "duration",
        "uuid",
        "email",
        "uri",
        "hostname",
        "ipv4",
        "ipv6",
        "json-pointer",
        "regex",
    ] {
        let text = sample(&json!({"type": "string", "format": format}));
        assert!(text.is_string(), "{format}: {text}");
    }
}

#[test]
fn strings_match_their_pattern_and_length() {
    for schema in [
        json!({"pattern": "^[A-Z]{3}-\\d{4}$"}),
        json!({"pattern": "^(foo|bar)+$", "minLength": 7}),
        json!({"pattern": "^\\+?[0-9 ]{6,}$", "minLength": 9, "maxLength": 20}),
        json!({"pattern": "^[^a-z@]+@[^@]+\\.[a-z]{2,}$"}),
        json!({"pattern": "ü"}),
        json!({"minLength": 30}),
        json!({"type": "string", "minLength": 0, "maxLength": 0}),
    ] {
        sample(&schema);
    }
}

#[test]
fn numbers_keep_to_odd_bounds() {
    for schema in [
        json!({"type": "integer", "minimum": 7, "multipleOf": 5}),
        json!({"type": "integer", "maximum": -3}),
        json!({"type": "integer", "exclusiveMinimum": 4, "exclusiveMaximum": 6}),
        json!({"type": "integer", "minimum": u64::MAX}),
        json!({"type": "integer", "maximum": i64::MIN}),
        json!({"type": "integer", "minimum": 2.5, "maximum": 3.5}),
        json!({"type": "number", "minimum": 0.2, "maximum": 0.8}),
        json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1}),
        json!({"type": "number", "multipleOf": 0.25, "minimum": 3.1}),
        json!({"type": "number", "multipleOf": 0.25, "maximum": -3.1, "minimum": -4}),
    ] {
        sample(&schema);
    }
}

#[test]
fn arrays_have_their_least_number_of_items_and_tuples_all_of_theirs() {
    let ids = json!({"type": "array", "items": {"type": "integer"}, "minItems": 3,
        "uniqueItems": true});
    assert_eq!(sample(&ids), json!([1, 2, 3]));
    let low = json!({"type": "array", "items": {"type": "integer", "maximum": 2}, "minItems": 3,
        "uniqueItems": true});
    assert_eq!(sample(&low).as_array().map(Vec::len), Some(3));
    let pair = json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}],
        "minItems": 2, "maxItems": 2});
    assert_eq!(sample(&pair), json!(["example", 1]));
    assert_eq!(sample(&json!({"type": "array", "maxItems": 0})), json!([]));
}

#[test]
fn maps_have_an_entry_and_as_many_as_they_must() {
    let map = json!({"type": "object", "additionalProperties": {"type": "integer"}});
    assert_eq!(sample(&map), json!({"key_1": 1}));
    let full = json!({"type": "object", "additionalProperties": {"type": "boolean"},
        "minProperties": 2});
    assert_eq!(sample(&full).as_object().map(serde_json::Map::len), Some(2));
}

#[test]
fn all_of_holds_every_part_and_any_of_the_first_that_is_not_null() {
    let all = json!({"allOf": [
        object([("a", json!({"type": "number", "minimum": 3}), true)]),
        object([("a", json!({"type": "integer", "maximum": 4}), false), ("b", json!({}), true)]),
    ]});
    assert_eq!(sample(&all), json!({"a": 3, "b": "example"}));
    let any = json!({"anyOf": [{"type": "null"}, {"type": "integer"}]});
    assert_eq!(sample(&any), 1);
}

#[test]
fn recursive_schemas_end() {
    #[derive(schemars::JsonSchema)]
    #[allow(dead_code, reason = "only its schema is looked at")]
    enum Expression {
        Sum(Box<Expression>, Box<Expression>),
        Negative { of: Box<Expression> },
        Number(i32),
    }
    #[derive(schemars::JsonSchema)]
    #[allow(dead_code, reason = "only its schema is looked at")]
    struct Tree {
        name: String,
        parent: Option<Box<Tree>>,
        children: Vec<Tree>,
        value: Expression,
    }
    let schema = schemars::schema_for!(Tree).to_value();
    let tree = arguments(&schema);
    assert_fits(&schema, &tree);
    assert_eq!(tree["value"], json!({"Number": 1}));
}

#[test]
fn schemas_that_nothing_fits_or_that_never_end_give_an_empty_object() {
    let wide = json!({"$defs": (0..40).map(|n: u32| {
        let next = json!({"$ref": format!("#/$defs/d{}", n + 1)});
        (format!("d{n}"), object([("a", next.clone(), true), ("b", next, true)]))
    }).collect::<serde_json::Map<_, _>>(), "$ref": "#/$defs/d0"});
    for schema in [
        json!(false),
        json!({"$ref": "#"}),
        json!({"$ref": "#/$defs/missing"}),
        json!({"$ref": "https://example.com/schema"}),
        json!({"type": "integer", "minimum": 2, "maximum": 1}),
        json!({"type": "object", "required": ["a"], "properties": {"a": false}}),
        json!({"type": "object", "required": ["a"], "properties": {"a": {"$ref": "#"}}}),
        json!({"type": "string", "minLength": 1e18, "maxLength": 1e19}),
        wide,
    ] {
        assert_eq!(arguments(&schema), json!({}), "{schema}");
    }
}

fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({"type": "boolean"})),
        (0u32..6, 0u32..6).prop_map(
            |(least, more)| json!({"type": "string", "minLength": least, "maxLength": least + more})
        ),
        prop::sample::select(vec!["date", "date-time", "uuid", "email", "uri"])
            .prop_map(|format| json!({"type": "string", "format": format})),
        prop::sample::select(vec!["^[a-f0-9]{4}$", "^\\w+@\\w+$", "^(red|green)$", "^-?\\d+$"])
            .prop_map(|pattern| json!({"type": "string", "pattern": pattern})),
        (any::<i32>(), any::<u16>()).prop_map(|(low, width)| json!({"type": "integer",
            "minimum": low, "maximum": i64::from(low) + i64::from(width)})),
        (any::<i32>(), 2u32..50).prop_map(|(low, width)| json!({"type": "integer",
            "exclusiveMinimum": low, "exclusiveMaximum": i64::from(low) + i64::from(width)})),
        (-1000i32..1000, 1u32..100)
            .prop_map(|(low, step)| json!({"type": "integer", "minimum": low, "multipleOf": step})),
        (-1e6f64..1e6, 0f64..10.0).prop_map(
            |(low, width)| json!({"type": "number", "minimum": low, "maximum": low + width})
        ),
        prop::collection::vec("[a-z]{1,5}", 1..4)
            .prop_map(|choices| json!({"type": "string", "enum": choices})),
        any::<i64>().prop_map(|constant| json!({"const": constant})),
        Just(json!({"$ref": "#/$defs/Point"})),
        Just(json!({})),
    ]
}

fn schema() -> impl Strategy<Value = Value> {
    leaf().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            (inner.clone(), 0u32..4)
                .prop_map(|(items, least)| json!({"type": "array", "items": items,
                    "minItems": least})),
            prop::collection::vec(inner.clone(), 1..4).prop_map(|items| json!({"type": "array",
                "prefixItems": items, "minItems": items.len(), "maxItems": items.len()})),
            prop::collection::vec((inner.clone(), any::<bool>()), 0..4).prop_map(|fields| {
                let name = |n: usize| format!("field_{n}");
                let required: Vec<_> =
                    fields.iter().enumerate().filter(|(_, f)| f.1).map(|(n, _)| name(n)).collect();
                let properties: serde_json::Map<_, _> =
                    fields.into_iter().enumerate().map(|(n, f)| (name(n), f.0)).collect();
                json!({"type": "object", "properties": properties, "required": required,
                    "additionalProperties": false})
            }),
            inner.clone().prop_map(|values| json!({"type": "object",
                "additionalProperties": values})),
            inner.clone().prop_map(|schema| json!({"anyOf": [schema, {"type": "null"}]})),
            inner.prop_map(|schema| json!({"description": "outer", "allOf": [schema]})),
        ]
    })
}

#[test]
fn another_seed_gives_another_value_where_there_is_one() {
    let schema = json!({"enum": ["a", "b", "c"]});
    let parameters =
        object([("choice", schema, true), ("count", json!({"type": "integer"}), true)]);
    let all: Vec<Value> = (0..4).map(|seed| seeded(&parameters, seed)).collect();
    let choices: Vec<&Value> = all.iter().map(|arguments| &arguments["choice"]).collect();
    assert_eq!(choices, ["a", "b", "c", "a"]);
    let counts: Vec<&Value> = all.iter().map(|arguments| &arguments["count"]).collect();
    assert_eq!(counts, [1, 2, 3, 4]);
}

proptest! {
    #[test]
    fn every_sample_fits_its_schema(schema in schema(), seed in prop_oneof![Just(0), any::<u32>()]) {
        let mut parameters = object([("it", schema, true)]);
        parameters["$defs"] = json!({"Point": object([
            ("x", json!({"type": "number"}), true),
            ("next", json!({"anyOf": [{"$ref": "#/$defs/Point"}, {"type": "null"}]}), true),
        ])});
        let arguments = seeded(&parameters, seed);
        assert_fits(&parameters, &arguments);
        prop_assert!(arguments.get("it").is_some(), "{arguments} lacks `it`");
    }

    #[test]
    fn any_json_for_a_schema_gives_the_same_arguments_again(schema in any_json()) {
        prop_assert_eq!(arguments(&schema), arguments(&schema));
    }
}

/// JSON that looks like a schema here and there, and makes no sense.
fn any_json() -> impl Strategy<Value = Value> {
    let keys = vec![
        "type",
        "properties",
        "required",
        "items",
        "minItems",
        "minLength",
        "maximum",
        "pattern",
        "multipleOf",
        "anyOf",
        "allOf",
        "$ref",
        "enum",
        "format",
        "uniqueItems",
        "minProperties",
    ];
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        prop::sample::select(vec!["object", "integer", "#", "#/items", "#/%zz", "(a{9}){9}", "["])
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(keys.clone()), inner), 0..5)
                .prop_map(|entries| entries.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
        ]
    })
}
