//! Two schemas that must both hold, as one.

use serde_json::{Map, Value};

use super::Object;

/// A schema that holds where both do, as far as one object can say it.
pub(super) fn merge(mut base: Object, more: &Object) -> Object {
    for (key, new) in more {
        let merged = match base.get(key) {
            Some(old) => both(key, old, new),
            None => new.clone(),
        };
        base.insert(key.clone(), merged);
    }
    base
}

fn both(key: &str, old: &Value, new: &Value) -> Value {
    match (key, old, new) {
        ("properties", Value::Object(old), Value::Object(new)) => properties(old.clone(), new),
        ("required", Value::Array(old), Value::Array(new)) => {
            let more = new.iter().filter(|name| !old.contains(name));
            old.iter().chain(more).cloned().collect()
        }
        ("enum", Value::Array(old), Value::Array(new)) => {
            old.iter().filter(|value| new.contains(value)).cloned().collect()
        }
        ("type", ..) => types(old, new),
        ("allOf", Value::Array(old), Value::Array(new)) => old.iter().chain(new).cloned().collect(),
        ("items" | "additionalProperties", ..) => all_of(old, new),
        (
            "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties",
            Value::Number(a),
            Value::Number(b),
        ) => if a.as_f64() > b.as_f64() { old } else { new }.clone(),
        (
            "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties",
            Value::Number(a),
            Value::Number(b),
        ) => if a.as_f64() < b.as_f64() { old } else { new }.clone(),
        _ => new.clone(),
    }
}

fn properties(mut old: Object, new: &Object) -> Value {
    for (name, schema) in new {
        let merged = match old.get(name) {
            Some(old) => all_of(old, schema),
            None => schema.clone(),
        };
        old.insert(name.clone(), merged);
    }
    Value::Object(old)
}

fn all_of(old: &Value, new: &Value) -> Value {
    match (old, new) {
        (Value::Bool(true), other) | (other, Value::Bool(true)) => other.clone(),
        (Value::Bool(false), _) | (_, Value::Bool(false)) => Value::Bool(false),
        _ if old == new => old.clone(),
        _ => {
            let all = Value::Array(vec![old.clone(), new.clone()]);
            Value::Object(Map::from_iter([("allOf".to_owned(), all)]))
        }
    }
}

/// The types that both allow; every integer is a number.
fn types(old: &Value, new: &Value) -> Value {
    let names = |value: &Value| -> Vec<String> {
        match value {
            Value::String(name) => vec![name.clone()],
            Value::Array(names) => {
                names.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            _ => vec![],
        }
    };
    let (old, new) = (names(old), names(new));
    let within = |name: &String, other: &[String]| {
        other.contains(name) || (name == "integer" && other.iter().any(|name| name == "number"))
    };
    let mut shared: Vec<String> = old.iter().filter(|name| within(name, &new)).cloned().collect();
    let more: Vec<String> =
        new.iter().filter(|name| within(name, &old) && !shared.contains(name)).cloned().collect();
    shared.extend(more);
    shared.into()
}
