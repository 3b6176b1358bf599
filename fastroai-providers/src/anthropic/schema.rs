//! The part of JSON Schema that the provider can hold a reply to.
//!
//! What it takes is listed in <https://platform.claude.com/docs/en/build-with-claude/structured-outputs>.
//! Limits that it does not take are told to the model in the description instead; what would
//! change the meaning is refused.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

/// The keywords that belong to one type, and say nothing of a value of another.
const OF_TYPES: [(&str, &[&str]); 2] = [
    ("object", &["properties", "required", "additionalProperties", "patternProperties"]),
    ("array", &["items", "prefixItems", "minItems", "maxItems", "uniqueItems"]),
];

/// How many types there are.
const TYPES: usize = 7;

/// Formats of strings that the provider can hold to.
const FORMATS: [&str; 10] =
    ["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"];

/// Keywords that say nothing about a value.
const SILENT: [&str; 5] = ["$schema", "$id", "$comment", "nullable", "readOnly"];

/// The schema in the provider's dialect.
///
/// # Errors
/// The place and the reason, where the dialect has no words for it.
pub(super) fn transform(schema: &Value) -> Result<Value, String> {
    let mut path = Vec::new();
    let root = node(schema, &mut path)?;
    match recurring(&root) {
        Some(name) => Err(format!("`{name}` contains itself, write it without recursion")),
        None => Ok(root),
    }
}

fn fault<T>(path: &[String], reason: &str) -> Result<T, String> {
    Err(format!("`/{}` {reason}", path.join("/")))
}

fn node(schema: &Value, path: &mut Vec<String>) -> Result<Value, String> {
    let Value::Object(schema) = schema else {
        return fault(path, "allows any value, give it a type");
    };
    let mut rest = schema.clone();
    for keyword in SILENT {
        rest.shift_remove(keyword);
    }
    let mut out = Map::new();
    for keyword in ["$defs", "definitions"] {
        if let Some(Value::Object(all)) = rest.shift_remove(keyword) {
            out.insert(keyword.to_owned(), named(&all, keyword, path)?);
        }
    }
    let description = rest.shift_remove("description");
    if let Some(target) = rest.shift_remove("$ref") {
        if target.as_str() == Some("#") {
            return fault(path, "contains the whole schema again, write it without recursion");
        }
        let Some(description) = description else {
            out.insert("$ref".to_owned(), target);
            return Ok(Value::Object(out));
        };
        // A reference stands alone on this wire; inside `anyOf` it may be described.
        out.insert("anyOf".to_owned(), Value::Array(vec![serde_json::json!({"$ref": target})]));
        out.insert("description".to_owned(), description);
        return Ok(Value::Object(out));
    }
    if let Some(title) = rest.shift_remove("title") {
        out.insert("title".to_owned(), title);
    }
    if let Some(description) = description {
        out.insert("description".to_owned(), description);
    }
    shape(&mut rest, &mut out, path)?;
    describe(rest, &mut out);
    Ok(Value::Object(out))
}

/// Moves the keywords that make up the shape of a value from `rest` to `out`.
fn shape(
    rest: &mut Map<String, Value>,
    out: &mut Map<String, Value>,
    path: &mut Vec<String>,
) -> Result<(), String> {
    let kind = rest.shift_remove("type");
    let mut literal = false;
    for keyword in ["const", "enum"] {
        let plain = |value: &Value| !value.is_object() && !value.is_array();
        let fits = match rest.get(keyword) {
            Some(Value::Array(all)) if keyword == "enum" => {
                !all.is_empty() && all.iter().all(plain)
            }
            Some(value) => keyword == "const" && plain(value),
            None => false,
        };
        if fits && let Some(value) = rest.shift_remove(keyword) {
            out.insert(keyword.to_owned(), value);
            literal = true;
        }
    }
    for (keyword, written) in [("anyOf", "anyOf"), ("oneOf", "anyOf"), ("allOf", "allOf")] {
        if let Some(Value::Array(variants)) = rest.shift_remove(keyword) {
            if out.contains_key(written) {
                return fault(path, "joins several `anyOf` and `oneOf`, write one of them");
            }
            out.insert(written.to_owned(), listed(&variants, keyword, path)?);
        }
    }
    let composed = out.contains_key("anyOf") || out.contains_key("allOf");
    match kind {
        Some(Value::String(kind)) => {
            typed(&kind, rest, out, path)?;
            out.insert("type".to_owned(), Value::String(kind));
        }
        // The values say their types themselves.
        Some(Value::Array(_)) if literal => {}
        Some(Value::Array(kinds)) if kinds.len() > TYPES => {
            return fault(path, "names more types than there are, name each once");
        }
        Some(Value::Array(kinds)) if !composed => {
            let variants = kinds.into_iter().map(|kind| {
                let mut variant = Map::new();
                if kind != "null" {
                    let others = OF_TYPES.iter().filter(|(of, _)| kind != *of);
                    let others: Vec<&str> = others.flat_map(|(_, all)| *all).copied().collect();
                    let own =
                        rest.iter().filter(|(keyword, _)| !others.contains(&keyword.as_str()));
                    variant = own.map(|(name, value)| (name.clone(), value.clone())).collect();
                }
                variant.insert("type".to_owned(), kind);
                Value::Object(variant)
            });
            let variants: Vec<Value> = variants.collect();
            rest.clear();
            out.insert("anyOf".to_owned(), listed(&variants, "type", path)?);
        }
        None if literal || composed => {}
        _ => return fault(path, "allows any value, give it a type"),
    }
    Ok(())
}

/// Moves the keywords that belong to a type.
fn typed(
    kind: &str,
    rest: &mut Map<String, Value>,
    out: &mut Map<String, Value>,
    path: &mut Vec<String>,
) -> Result<(), String> {
    match kind {
        "object" => {
            let free = rest.shift_remove("additionalProperties");
            if free.is_some_and(|free| free.is_object()) || rest.contains_key("patternProperties") {
                return fault(path, "is an object of free keys, list its properties instead");
            }
            let properties = match rest.shift_remove("properties") {
                Some(Value::Object(all)) => named(&all, "properties", path)?,
                _ => Value::Object(Map::new()),
            };
            out.insert("properties".to_owned(), properties);
            if let Some(required) = rest.shift_remove("required") {
                out.insert("required".to_owned(), required);
            }
            out.insert("additionalProperties".to_owned(), Value::Bool(false));
        }
        "array" => {
            match rest.shift_remove("items") {
                Some(items) => {
                    path.push("items".to_owned());
                    let items = node(&items, path)?;
                    path.pop();
                    out.insert("items".to_owned(), items);
                }
                None => return fault(path, "is a list of any values, give its items a type"),
            }
            if let Some(0 | 1) = rest.get("minItems").and_then(Value::as_u64)
                && let Some(least) = rest.shift_remove("minItems")
            {
                out.insert("minItems".to_owned(), least);
            }
        }
        "string" => {
            let known = rest.get("format").and_then(Value::as_str);
            if known.is_some_and(|format| FORMATS.contains(&format))
                && let Some(format) = rest.shift_remove("format")
            {
                out.insert("format".to_owned(), format);
            }
        }
        // The width of a Rust number: its bounds are said beside it where they matter.
        _ => {
            rest.shift_remove("format");
        }
    }
    Ok(())
}

fn named(all: &Map<String, Value>, keyword: &str, path: &mut Vec<String>) -> Result<Value, String> {
    let mut out = Map::new();
    path.push(keyword.to_owned());
    for (name, schema) in all {
        path.push(name.clone());
        out.insert(name.clone(), node(schema, path)?);
        path.pop();
    }
    path.pop();
    Ok(Value::Object(out))
}

fn listed(all: &[Value], keyword: &str, path: &mut Vec<String>) -> Result<Value, String> {
    let mut out = Vec::with_capacity(all.len());
    path.push(keyword.to_owned());
    for (index, schema) in all.iter().enumerate() {
        path.push(index.to_string());
        out.push(node(schema, path)?);
        path.pop();
    }
    path.pop();
    Ok(Value::Array(out))
}

/// Tells the model what the provider cannot hold it to.
fn describe(rest: Map<String, Value>, out: &mut Map<String, Value>) {
    if rest.is_empty() {
        return;
    }
    let rest = Value::Object(rest);
    let description = match out.get("description").and_then(Value::as_str) {
        Some(text) => format!("{text}\n\nIt must fit {rest}"),
        None => format!("It must fit {rest}"),
    };
    out.insert("description".to_owned(), Value::String(description));
}

/// A definition that refers, over however many others, to itself. Each is gone through once.
fn recurring(root: &Value) -> Option<&str> {
    let all = ["$defs", "definitions"].iter().filter_map(|keyword| root.get(keyword)?.as_object());
    let bodies: HashMap<&str, &Value> =
        all.rev().flatten().map(|(name, body)| (name.as_str(), body)).collect();
    let all = ["$defs", "definitions"].iter().filter_map(|keyword| root.get(keyword)?.as_object());
    let mut done: HashSet<&str> = HashSet::new();
    for start in all.flat_map(Map::keys) {
        let mut open: HashSet<&str> = HashSet::new();
        let mut steps = vec![Step::Into(start)];
        while let Some(step) = steps.pop() {
            match step {
                Step::Into(name) if open.contains(name) => return Some(name),
                Step::Into(name) => {
                    let Some(body) = bodies.get(name).filter(|_| !done.contains(name)) else {
                        continue;
                    };
                    open.insert(name);
                    steps.push(Step::OutOf(name));
                    let mut found = Vec::new();
                    references(body, &mut found);
                    steps.extend(found.into_iter().map(Step::Into));
                }
                Step::OutOf(name) => {
                    open.remove(name);
                    done.insert(name);
                }
            }
        }
    }
    None
}

/// On the way through definitions.
enum Step<'a> {
    Into(&'a str),
    OutOf(&'a str),
}

fn references<'a>(schema: &'a Value, found: &mut Vec<&'a str>) {
    match schema {
        Value::Object(map) => {
            for (keyword, value) in map {
                if keyword == "$ref"
                    && let Some((_, name)) = value.as_str().and_then(|text| text.rsplit_once('/'))
                {
                    found.push(name);
                }
                references(value, found);
            }
        }
        Value::Array(all) => all.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn objects_are_closed_and_limits_are_told_to_the_model() {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Bill",
            "type": "object",
            "properties": {
                "total": {"type": "integer", "format": "uint32", "minimum": 0, "description": "In cents."},
                "due": {"type": "string", "format": "date"},
                "code": {"type": "string", "pattern": "^A"},
                "notes": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 3}
            },
            "required": ["total"]
        });
        let expected = json!({
            "title": "Bill",
            "properties": {
                "total": {
                    "description": "In cents.\n\nIt must fit {\"minimum\":0}",
                    "type": "integer"
                },
                "due": {"format": "date", "type": "string"},
                "code": {"type": "string", "description": "It must fit {\"pattern\":\"^A\"}"},
                "notes": {
                    "items": {"type": "string"}, "minItems": 1, "type": "array",
                    "description": "It must fit {\"maxItems\":3}"
                }
            },
            "required": ["total"],
            "additionalProperties": false,
            "type": "object"
        });
        assert_eq!(transform(&schema).unwrap(), expected);
    }

    #[test]
    fn optional_values_enums_and_references_keep_their_meaning() {
        let schema = json!({
            "type": "object",
            "properties": {
                "name": {"type": ["string", "null"], "maxLength": 5},
                "unit": {"type": ["string", "null"], "enum": ["c", "f", null]},
                "place": {"$ref": "#/$defs/Place", "description": "Where."},
                "either": {"oneOf": [{"type": "string", "const": "a"}, {"type": "null"}]}
            },
            "$defs": {"Place": {"type": "object", "properties": {"city": {"type": "string"}}}}
        });
        let strict = transform(&schema).unwrap();
        let properties = &strict["properties"];
        assert_eq!(
            properties["name"],
            json!({"anyOf": [
                {"type": "string", "description": "It must fit {\"maxLength\":5}"},
                {"type": "null"}
            ]})
        );
        assert_eq!(properties["unit"], json!({"enum": ["c", "f", null]}));
        assert_eq!(
            properties["place"],
            json!({"anyOf": [{"$ref": "#/$defs/Place"}], "description": "Where."})
        );
        assert_eq!(
            properties["either"],
            json!({"anyOf": [{"const": "a", "type": "string"}, {"type": "null"}]})
        );
        assert_eq!(strict["$defs"]["Place"]["additionalProperties"], json!(false));
    }

    #[test]
    fn what_the_dialect_has_no_words_for_is_refused_with_its_place() {
        for (schema, reason) in [
            (json!(true), "allows any value"),
            (
                json!({"type": "object", "properties": {"any": {}}}),
                "`/properties/any` allows any value",
            ),
            (
                json!({"type": "object", "additionalProperties": {"type": "string"}}),
                "an object of free keys",
            ),
            (json!({"type": "array"}), "a list of any values"),
            (
                json!({"$ref": "#/$defs/Tree", "$defs": {"Tree": {"type": "object",
                    "properties": {"left": {"$ref": "#/$defs/Tree"}}}}}),
                "`Tree` contains itself",
            ),
            (
                json!({"type": "object", "properties": {"child": {"$ref": "#"}}}),
                "the whole schema again",
            ),
        ] {
            let error = transform(&schema).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }
}
