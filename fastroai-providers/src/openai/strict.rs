//! OpenAI's strict dialect of JSON schema, in which a model is held to a schema exactly.
//!
//! What it takes: <https://platform.openai.com/docs/guides/structured-outputs#supported-schemas>.

use std::collections::HashSet;

use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use crate::request::Schema;

/// How deep schemas may be nested in each other before they are sent as they are.
const DEPTH: usize = 48;

/// The string formats that the dialect knows.
const FORMATS: [&str; 9] =
    ["date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"];

/// The schema to send, and whether it is strict: it is wherever the dialect can carry it.
pub(super) fn of(schema: &Schema) -> (bool, &RawValue) {
    match schema.strict(transform) {
        Ok(strict) => (true, strict),
        Err(_) => (false, schema.as_raw()),
    }
}

/// Rewrites a schema in the strict dialect: objects are closed, all their properties required, and
/// optional ones may be null instead.
///
/// Limits that the dialect lacks (a string's length, say) move into the description: the model is
/// told, and the answer is checked against the whole schema where it is read.
///
/// # Errors
/// What the dialect cannot carry without changing its meaning.
pub(super) fn transform(schema: &Value) -> Result<Value, String> {
    let Value::Object(root) = schema else { return Err("the root is no object".to_owned()) };
    if root.get("type").and_then(Value::as_str) != Some("object") {
        return Err("the root does not describe an object".to_owned());
    }
    if ["anyOf", "oneOf", "allOf", "$ref"].iter().any(|keyword| root.contains_key(*keyword)) {
        return Err("the root is a choice or a reference".to_owned());
    }
    rewrite(schema, DEPTH)
}

fn rewrite(schema: &Value, depth: usize) -> Result<Value, String> {
    let depth = depth.checked_sub(1).ok_or("it is nested too deeply")?;
    let Value::Object(fields) = schema else {
        return Err("a part of it takes any value".to_owned());
    };
    let mut out = Map::new();
    let mut hints = Vec::new();
    for (keyword, value) in fields {
        rewrite_keyword(keyword, value, depth, &mut out, &mut hints)?;
    }
    if let Some(target) = out.remove("$ref") {
        return reference(&target, &out, &hints);
    }
    if describes_object(&out) {
        close(fields, &mut out)?;
    }
    name_type(&mut out)?;
    if !hints.is_empty() {
        let text = out.get("description").and_then(Value::as_str).unwrap_or_default();
        let text = [text, &format!("({})", hints.join(", "))].join(" ");
        out.insert("description".to_owned(), text.trim().into());
    }
    Ok(Value::Object(out))
}

fn rewrite_keyword(
    keyword: &str,
    value: &Value,
    depth: usize,
    out: &mut Map<String, Value>,
    hints: &mut Vec<String>,
) -> Result<(), String> {
    let mut keep = |name: &str, value: Value| {
        out.insert(name.to_owned(), value);
    };
    match keyword {
        "type" | "description" | "enum" | "pattern" | "multipleOf" | "maximum"
        | "exclusiveMaximum" | "minimum" | "exclusiveMinimum" | "minItems" | "maxItems" => {
            keep(keyword, value.clone());
        }
        "const" => keep("enum", json!([value])),
        "$ref" => match value.as_str() {
            Some(target) if target.starts_with('#') => keep(keyword, value.clone()),
            _ => return Err("it refers to another document".to_owned()),
        },
        "items" => keep(keyword, rewrite(value, depth).map_err(|reason| within(keyword, &reason))?),
        "properties" | "$defs" | "definitions" => {
            let Value::Object(schemas) = value else {
                return Err(format!("`{keyword}` is no object"));
            };
            let schemas: Result<Map<String, Value>, String> = schemas
                .iter()
                .map(|(name, schema)| {
                    let schema = rewrite(schema, depth).map_err(|reason| within(name, &reason))?;
                    Ok((name.clone(), schema))
                })
                .collect();
            let schemas = schemas.map_err(|reason: String| within(keyword, &reason))?;
            keep(keyword, Value::Object(schemas));
        }
        // Where the branches exclude each other, which is what it is used for, it is the same.
        "anyOf" | "oneOf" => {
            let Value::Array(branches) = value else {
                return Err(format!("`{keyword}` is no list"));
            };
            let branches = branches.iter().enumerate().map(|(index, branch)| {
                rewrite(branch, depth).map_err(|reason| within(&index.to_string(), &reason))
            });
            let branches: Result<Vec<Value>, String> = branches.collect();
            let branches = branches.map_err(|reason| within(keyword, &reason))?;
            keep("anyOf", Value::Array(branches));
        }
        "additionalProperties" | "unevaluatedProperties" => {
            if *value != Value::Bool(false) {
                return Err("it takes properties of any name".to_owned());
            }
        }
        "format" => match value.as_str() {
            Some(format) if FORMATS.contains(&format) => keep(keyword, value.clone()),
            _ => hints.push(format!("format: {}", text(value))),
        },
        "minLength" | "maxLength" | "uniqueItems" | "minProperties" | "maxProperties"
        | "contentEncoding" | "contentMediaType" => {
            hints.push(format!("{keyword}: {}", text(value)));
        }
        "default" if !value.is_null() => hints.push(format!("default: {}", text(value))),
        "required" | "default" | "$schema" | "$id" | "$comment" | "title" | "examples"
        | "deprecated" | "readOnly" | "writeOnly" => {}
        extension if extension.starts_with("x-") => {}
        other => return Err(format!("the dialect has no `{other}`")),
    }
    Ok(())
}

/// The reason, with a JSON pointer to its place one step further in.
fn within(step: &str, reason: &str) -> String {
    let step = step.replace('~', "~0").replace('/', "~1");
    match reason.strip_prefix("`/") {
        Some(rest) => format!("`/{step}/{rest}"),
        None => format!("`/{step}`: {reason}"),
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A reference takes nothing beside it, so that a description goes around it.
fn reference(
    target: &Value,
    beside: &Map<String, Value>,
    hints: &[String],
) -> Result<Value, String> {
    if let Some(keyword) = beside.keys().find(|keyword| *keyword != "description") {
        return Err(format!("`{keyword}` stands beside a reference"));
    }
    let description = beside.get("description").and_then(Value::as_str).unwrap_or_default();
    let hints = if hints.is_empty() { String::new() } else { format!("({})", hints.join(", ")) };
    let description = [description, &hints].join(" ");
    Ok(match description.trim() {
        "" => json!({ "$ref": target }),
        description => json!({ "description": description, "anyOf": [{ "$ref": target }] }),
    })
}

fn describes_object(schema: &Map<String, Value>) -> bool {
    schema.contains_key("properties")
        || match schema.get("type") {
            Some(Value::String(kind)) => kind == "object",
            Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "object"),
            _ => false,
        }
}

/// Closes an object: no further properties, and each one required.
fn close(fields: &Map<String, Value>, out: &mut Map<String, Value>) -> Result<(), String> {
    let required = fields.get("required").and_then(Value::as_array);
    let required: HashSet<&str> =
        required.into_iter().flatten().filter_map(Value::as_str).collect();
    let is_required = |name: &str| required.contains(name);
    let has_default = |name: &str| {
        let default = fields.get("properties").and_then(|all| all.get(name)?.get("default"));
        default.is_some_and(|default| !default.is_null())
    };
    let Some(Value::Object(properties)) = out.get_mut("properties") else {
        // Open, and without a property of its own: a map.
        if fields.get("additionalProperties") != Some(&Value::Bool(false)) {
            return Err("it takes properties of any name".to_owned());
        }
        out.insert("properties".to_owned(), json!({}));
        out.insert("required".to_owned(), json!([]));
        out.insert("additionalProperties".to_owned(), false.into());
        return Ok(());
    };
    for (name, schema) in properties.iter_mut() {
        // What has a default need not be null to be left out: the model writes the default.
        if !is_required(name) && !has_default(name) {
            allow_null(schema);
        }
    }
    let names: Vec<Value> = properties.keys().map(|name| name.clone().into()).collect();
    out.insert("required".to_owned(), Value::Array(names));
    out.insert("additionalProperties".to_owned(), false.into());
    Ok(())
}

/// Lets a property be null, which stands for its absence.
fn allow_null(schema: &mut Value) {
    let null = || json!({ "type": "null" });
    if schema.get("anyOf").is_none()
        && let Some(kind) = schema.get_mut("type")
    {
        match kind {
            Value::String(word) if word != "null" => *kind = json!([word, "null"]),
            Value::Array(kinds) if !kinds.iter().any(|kind| kind == "null") => {
                kinds.push("null".into());
            }
            _ => {}
        }
        if let Some(Value::Array(values)) = schema.get_mut("enum")
            && !values.iter().any(Value::is_null)
        {
            values.push(Value::Null);
        }
        return;
    }
    if let Some(Value::Array(branches)) = schema.get_mut("anyOf") {
        if !branches.contains(&null()) {
            branches.push(null());
        }
        return;
    }
    let bare = schema.take();
    *schema = json!({ "anyOf": [bare, { "type": "null" }] });
}

/// Each schema names its type, unless it is a choice. The values of an enumeration tell theirs.
fn name_type(out: &mut Map<String, Value>) -> Result<(), String> {
    if out.contains_key("type") || out.contains_key("anyOf") {
        return Ok(());
    }
    if out.contains_key("properties") {
        out.insert("type".to_owned(), "object".into());
        return Ok(());
    }
    let Some(Value::Array(values)) = out.get("enum") else {
        return Err("a part of it takes any value".to_owned());
    };
    let mut kinds: Vec<&str> = Vec::new();
    for value in values {
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) | Value::Object(_) => {
                return Err("an enumeration holds more than plain values".to_owned());
            }
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    let kinds = match kinds.as_slice() {
        [kind] => json!(kind),
        kinds => json!(kinds),
    };
    out.insert("type".to_owned(), kinds);
    Ok(())
}
