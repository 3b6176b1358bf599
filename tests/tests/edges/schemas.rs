//! Schemas that are only known at run time, from whoever: each is used or refused, in time and
//! without taking all of the stack.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fastroai::agent::OutputSpec;
use fastroai::prelude::*;
use fastroai::providers::request::OutputFormat;
use fastroai::tool::FunctionTool;
use fastroai_providers::error::ModelErrorKind;
use fastroai_providers::offline::OfflineModel;
use fastroai_providers::services::FACES;
use fastroai_providers::{Message, Model, Request, Schema, SchemaLimit, Settings, ToolDefinition};
use serde_json::{Map, Value, json};
use tests::scripted::{Scripted, call, text};

use crate::asking::{WIRES, model, refusing};

/// What nothing here may take longer than, on a machine that has much else to do.
const LONG: Duration = Duration::from_secs(20);

fn in_time<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let begin = Instant::now();
    let done = work();
    assert!(begin.elapsed() < LONG, "{what} took {:?}", begin.elapsed());
    done
}

/// A schema of an object around another.
fn object(of: Value) -> Value {
    Value::Object(Map::from_iter([
        ("type".to_owned(), "object".into()),
        ("properties".to_owned(), Value::Object(Map::from_iter([("a".to_owned(), of)]))),
    ]))
}

/// Nested so often, made and dropped without recursion by whoever takes it.
fn deep(times: usize) -> Value {
    (0..times).fold(json!({"type": "string"}), |inner, _| object(inner))
}

fn output(schema: Value) -> Result<(), String> {
    OutputSpec::from_schema(schema).map(|_| ()).map_err(|error| error.to_string())
}

fn tool(schema: Value) -> Result<FunctionTool, String> {
    FunctionTool::from_schema("take", "Takes it.", schema, |value: Value, _| async move {
        Ok::<_, Infallible>(value.to_string())
    })
    .map_err(|error| error.to_string())
}

/// `a0` leads twice to `a1`, that twice to `a2`, and so on.
fn doubling(times: usize, keyword: &str) -> Value {
    let mut all = Map::new();
    for at in 0..times {
        let next = json!({"$ref": format!("#/$defs/a{}", at + 1)});
        all.insert(format!("a{at}"), json!({keyword: [next, next]}));
    }
    all.insert(format!("a{times}"), json!({"type": "object"}));
    let mut schema = object(json!({"$ref": "#/$defs/a0"}));
    schema["$defs"] = Value::Object(all);
    schema
}

#[test]
fn s16_a_schema_that_is_nested_100_000_times_is_refused_and_dropped_without_overflow() {
    let error = output(deep(100_000)).unwrap_err();
    assert!(error.contains("nested deeper than 128"), "{error}");
    let error = tool(deep(100_000)).unwrap_err();
    assert!(error.contains("nested deeper than 128"), "{error}");
    assert_eq!(Schema::bounded(deep(100_000)).unwrap_err(), SchemaLimit::Depth);
    let schema = Schema::new(deep(100_000));
    assert_eq!((schema.beyond(), schema.as_value()), (Some(SchemaLimit::Depth), &json!(false)));
}

#[test]
fn s16_a_schema_that_is_too_long_is_refused() {
    let long: Map<String, Value> =
        (0..20_000).map(|at| (format!("field_{at}"), json!({"type": "string"}))).collect();
    let error = output(json!({"type": "object", "properties": long})).unwrap_err();
    assert!(error.contains("longer than 256 KiB"), "{error}");
    assert!(tool(json!({"type": "object", "properties": long})).is_err());
    assert_eq!(Schema::new(json!({"properties": long})).beyond(), Some(SchemaLimit::Size));
}

#[tokio::test]
async fn s16_a_schema_beyond_the_limits_is_never_sent_on_any_wire() {
    for name in WIRES {
        let transport = refusing();
        let face = FACES.iter().find(|face| face.name == name).unwrap();
        let model = model(face, &transport, "k");
        let (messages, settings) = ([Message::user("hello")], Settings::default());
        let tool = ToolDefinition::new("take", "Takes it.", deep(100_000).into());
        let tools = [Arc::new(tool)];
        let mut request = Request::new(&messages, &settings);
        request.tools = &tools;
        let format =
            OutputFormat::JsonSchema { name: "out".to_owned(), schema: deep(100_000).into() };
        let mut typed = Request::new(&messages, &settings);
        typed.output = &format;
        for request in [request, typed] {
            let mut errors = vec![model.request(&request).await.unwrap_err()];
            errors.push(model.stream(&request).await.err().unwrap());
            errors.push(model.count_tokens(&request).await.unwrap_err());
            for error in errors {
                assert_eq!(*error.kind(), ModelErrorKind::Config, "{name}: {error}");
                assert!(error.to_string().contains("nested deeper"), "{name}: {error}");
            }
        }
        assert!(transport.seen().is_empty(), "{name}");
    }
}

/// Schemas within the limits that are dear to whoever goes through them without care.
fn bombs() -> Vec<(&'static str, Value)> {
    let chain: Map<String, Value> = (0..6_000)
        .map(|at| (format!("d{at}"), json!({"$ref": format!("#/$defs/d{}", at + 1)})))
        .collect();
    let mut chained = object(json!({"$ref": "#/$defs/d0"}));
    chained["$defs"] = Value::Object(chain);
    let both = (0..30).fold(json!({"type": "string"}), |inner, _| {
        let mut both = object(inner);
        both["type"] = json!(["object", "array", "string", "number", "integer", "boolean", "null"]);
        both["items"] = json!({"type": "string"});
        both
    });
    let names: Vec<String> = (0..7_000).map(|at| format!("f{at}")).collect();
    let fields: Map<String, Value> =
        names.iter().map(|name| (name.clone(), json!({"type": "null"}))).collect();
    let wide = json!({"type": "object", "properties": fields, "required": names});
    let types: Vec<&str> = std::iter::repeat_n("object", 10_000).collect();
    let mut kinds = object(object(json!({"type": types})));
    kinds["properties"]["b"] = json!({"type": types, "description": "x".repeat(1_000)});
    let branches: Vec<Value> = (0..4_000).map(|at| json!({"const": format!("c{at}")})).collect();
    vec![
        ("deep", deep(60)),
        ("chain", chained),
        ("types at each level", both),
        ("wide", wide),
        ("types", kinds),
        ("branches", object(json!({"anyOf": branches, "allOf": [{"anyOf": branches}]}))),
        ("loop", json!({"type": "object", "properties": {"a": {"$ref": "#"}}})),
        ("loop of none", json!({"type": "object", "allOf": [{"$ref": "#"}]})),
        ("doubling", doubling(40, "allOf")),
        ("choices", doubling(40, "anyOf")),
        ("pattern", object(json!({"type": "string", "pattern": "^((a+)+)+$"}))),
        (
            "long pattern",
            object(json!({"type": "string", "pattern": "(((a{20000}|b){9000}|c){9000}|d){9000}"})),
        ),
    ]
}

#[test]
fn s16_every_wire_writes_or_refuses_what_is_dear_to_rewrite() {
    // A small stack, as on a thread of a server.
    let work = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        for (what, schema) in bombs() {
            for name in WIRES {
                let face = FACES.iter().find(|face| face.name == name).unwrap();
                let (transport, schema) = (refusing(), Schema::new(schema.clone()));
                assert_eq!(schema.beyond(), None, "{what}: within the limits");
                let model = model(face, &transport, "k");
                let (messages, settings) = ([Message::user("hello")], Settings::default());
                let tools = [Arc::new(ToolDefinition::new("take", "It.", schema.clone()))];
                let format = OutputFormat::JsonSchema { name: "out".to_owned(), schema };
                let mut request = Request::new(&messages, &settings);
                request.tools = &tools;
                request.output = &format;
                in_time(&format!("{what} on {name}"), || {
                    runtime.block_on(model.request(&request)).expect_err("a refusal")
                });
                for seen in transport.seen() {
                    assert!(seen.bytes().len() < 16 << 20, "{what} on {name}");
                }
            }
        }
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap();
}

#[test]
fn s16_the_offline_model_makes_a_sample_of_each_or_none() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    for (what, schema) in bombs() {
        let model = OfflineModel::new("offline:demo".parse().unwrap());
        let (messages, settings) = ([Message::user("hello")], Settings::default());
        let format = OutputFormat::JsonSchema { name: "out".to_owned(), schema: schema.into() };
        let mut request = Request::new(&messages, &settings);
        request.output = &format;
        in_time(what, || runtime.block_on(model.request(&request))).unwrap();
    }
}

#[test]
fn s16_references_that_unfold_without_end_are_refused_and_loops_are_not() {
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let error = output(doubling(40, keyword)).unwrap_err();
        assert!(error.contains("unfold to more than 10000"), "{keyword}: {error}");
        assert!(tool(doubling(40, keyword)).is_err());
        output(doubling(8, keyword)).unwrap();
    }
    for schema in [
        json!({"type": "object", "properties": {"a": {"$ref": "#"}}}),
        json!({"type": "object", "allOf": [{"$ref": "#"}]}),
        json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}),
    ] {
        in_time("a loop", || output(schema)).unwrap();
    }
}

#[test]
fn s16_nothing_outside_of_a_schema_is_read() {
    for target in ["file:///etc/passwd", "http://127.0.0.1:1/x", "https://example.com/schema.json"]
    {
        let error = output(json!({"type": "object", "properties": {"a": {"$ref": target}}}));
        assert!(error.is_err(), "{target}");
    }
}

#[test]
fn s16_patterns_that_are_large_or_many_are_refused() {
    let large = object(json!({"type": "string", "pattern": "((a{1000}){1000}){1000}"}));
    in_time("a large pattern", || output(large)).unwrap_err();
    let many: Map<String, Value> = (0..2_000)
        .map(|at| (format!("f{at}"), json!({"pattern": format!("^a{{{at}}}$")})))
        .collect();
    let error = output(json!({"type": "object", "properties": many})).unwrap_err();
    assert!(error.contains("more than 1000 patterns"), "{error}");
    let named: Map<String, Value> =
        (0..2_000).map(|at| (format!("^a{at}$"), json!({"type": "null"}))).collect();
    assert!(output(json!({"type": "object", "patternProperties": named})).is_err());
}

/// An answer or the arguments of a tool, held to this schema: what the model is told, if anything.
async fn told(schema: Value, value: &Value) -> Option<String> {
    let written = value.to_string();
    let model = Scripted::new("test:model", [call("c", "take", &written), text("Done")]);
    let agent = Agent::builder().model("test:model").tool(tool(schema).unwrap()).build().unwrap();
    let runtime = Runtime::builder().model(model.clone()).build();
    agent.run("Go").on(&runtime).await.unwrap();
    let last = model.asked()[1].messages.last().cloned().unwrap();
    let Message::Tool(given) = last else { panic!("a result") };
    let said = given.results[0].content.clone();
    said.contains("fit").then_some(said)
}

#[tokio::test]
async fn s16_a_pattern_that_backtracks_is_given_up() {
    for pattern in ["^(a|aa)+$", "^(?!x)(a|aa)+$", "^(?!x)((a*)*)*$", "^(?=(a+)+b)a*$"] {
        let schema = object(json!({"type": "string", "pattern": pattern}));
        let value = json!({"a": format!("{}c", "a".repeat(50_000))});
        let begin = Instant::now();
        assert!(told(schema, &value).await.is_some(), "{pattern}");
        assert!(begin.elapsed() < LONG, "{pattern}: {:?}", begin.elapsed());
    }
}

/// Expressions, as many programs describe them: one of several, and each holds another.
fn expressions() -> Value {
    let of = |name: &str| {
        json!({"type": "object", "required": ["op"],
            "properties": {"op": {"const": name}, "x": {"$ref": "#/$defs/e"}}})
    };
    let mut schema = object(json!({"$ref": "#/$defs/e"}));
    schema["$defs"] = json!({"e": {"anyOf": [of("add"), of("mul"), of("neg")]}});
    schema
}

fn nested(times: usize, innermost: &str) -> Value {
    let begin = json!({"op": innermost});
    json!({"a": (0..times).fold(begin, |inner, _| json!({"op": "add", "x": inner}))})
}

#[tokio::test]
async fn s16_an_answer_that_is_nested_in_alternatives_is_read_in_time_whether_it_fits_or_not() {
    for times in [1, 3, 20, 60] {
        let begin = Instant::now();
        assert_eq!(told(expressions(), &nested(times, "neg")).await, None, "{times}: it fits");
        let said = told(expressions(), &nested(times, "none")).await.expect("a misfit");
        assert!(begin.elapsed() < LONG, "{times}: {:?}", begin.elapsed());
        assert!(!said.contains("none"), "values are not repeated: {said}");
        assert_eq!(said.contains("`/a"), times <= 3, "places are told where they are few: {said}");
    }
}

#[tokio::test]
async fn s16_a_model_is_told_some_misfits_and_not_all_of_ten_thousand() {
    let schema = object(json!({"type": "array", "items": {"type": "integer"}}));
    let many: Vec<&str> = std::iter::repeat_n("x", 10_000).collect();
    let said = told(schema, &json!({"a": many})).await.expect("misfits");
    assert!(said.contains("`/a/0`") && said.ends_with("and more") && said.len() < 2_000, "{said}");
}
