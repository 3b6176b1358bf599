//! What the wires' forms have in common.

use serde_json::{Map, Value, json};

/// Takes out `null`s and these values, which say what holds anyway.
pub(super) fn drop_defaults(object: &mut Value, defaults: &[(&str, Value)]) {
    let Value::Object(fields) = object else { return };
    fields.retain(|key, value| {
        !value.is_null() && !defaults.iter().any(|(name, default)| key == name && value == default)
    });
}

/// Takes a key out.
pub(super) fn drop(object: &mut Value, key: &str) {
    if let Value::Object(fields) = object {
        fields.remove(key);
    }
}

/// The objects of a list below an object.
pub(super) fn each<'a>(object: &'a mut Value, list: &str) -> impl Iterator<Item = &'a mut Value> {
    object.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten()
}

/// A call's arguments as JSON: the blanks within them mean nothing, none at all mean `{}`, and what
/// is no object is sent wrapped.
pub(super) fn arguments(text: &str) -> Value {
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => Value::Object(fields),
        _ if text.trim().is_empty() => json!({}),
        _ => json!({ "INVALID_JSON": text }),
    }
}

/// What a schema for the answer says about the answer's shape.
///
/// Each provider holds a model to a dialect of its own, into which the adapter translates: titles
/// go, limits move into descriptions, objects are closed and optional properties may be null. That
/// is tested where the dialects are; here, properties, types and choices must be there.
pub(super) fn shape(schema: &Value) -> Value {
    let Value::Object(fields) = schema else { return schema.clone() };
    let mut out = Map::new();
    for (keyword, value) in fields {
        match (keyword.as_str(), value) {
            ("type", Value::Array(kinds)) => {
                let kinds: Vec<&Value> = kinds.iter().filter(|kind| *kind != "null").collect();
                let kind = if let [kind] = kinds.as_slice() { json!(kind) } else { json!(kinds) };
                out.insert("type".to_owned(), kind);
            }
            ("type" | "$ref", value) => {
                out.insert(keyword.clone(), value.clone());
            }
            ("properties" | "$defs" | "definitions", Value::Object(schemas)) => {
                let schemas = schemas.iter().map(|(name, schema)| (name.clone(), shape(schema)));
                out.insert(keyword.clone(), Value::Object(schemas.collect()));
            }
            ("items", items) => {
                out.insert("items".to_owned(), shape(items));
            }
            ("const", value) => {
                out.insert("enum".to_owned(), json!([value]));
            }
            ("enum", Value::Array(values)) => {
                let values = values.iter().filter(|value| !value.is_null());
                out.insert("enum".to_owned(), values.cloned().collect());
            }
            ("anyOf" | "oneOf" | "allOf", Value::Array(branches)) => {
                let shapes = branches.iter().map(shape);
                let shapes: Vec<Value> =
                    shapes.filter(|branch| *branch != json!({ "type": "null" })).collect();
                match shapes.as_slice() {
                    [Value::Object(only)] => out.extend(only.clone()),
                    _ => {
                        out.insert("anyOf".to_owned(), Value::Array(shapes));
                    }
                }
            }
            _ => {}
        }
    }
    if out.contains_key("enum") {
        out.remove("type");
    }
    if out.get("type").is_some_and(|kind| kind == "object") {
        out.entry("properties").or_insert_with(|| json!({}));
    }
    Value::Object(out)
}

/// Puts functions before the tools that the provider runs: their order means nothing.
pub(super) fn functions_first(body: &mut Value, is_function: fn(&Value) -> bool) {
    if let Some(Value::Array(tools)) = body.get_mut("tools") {
        tools.sort_by_key(|tool| !is_function(tool));
    }
}
