//! The part of JSON Schema that the provider can hold a reply to.
//!
//! What it takes is listed at `responseJsonSchema` in
//! <https://ai.google.dev/api/generate-content#generationconfig>. Keywords that it does not hold to
//! are told to the model in the description instead, and the answer is checked where it is read.

use serde_json::{Map, Value, json};

/// Keywords that go as they are.
const TAKEN: [&str; 15] = [
    "$id",
    "$ref",
    "$anchor",
    "type",
    "format",
    "title",
    "description",
    "minItems",
    "maxItems",
    "minimum",
    "maximum",
    "required",
    "propertyOrdering",
    "additionalProperties",
    "items",
];

/// Keywords that say nothing about a value.
const SILENT: [&str; 8] = [
    "$schema",
    "$comment",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "nullable",
];

/// The schema in the provider's dialect.
///
/// # Errors
/// None so far: what the dialect has no words for is told to the model.
#[expect(clippy::unnecessary_wraps, reason = "the shape of every dialect's transformation")]
pub(super) fn transform(schema: &Value) -> Result<Value, String> {
    Ok(node(schema))
}

fn node(schema: &Value) -> Value {
    let Value::Object(schema) = schema else { return schema.clone() };
    let mut out = Map::new();
    let mut hints = Map::new();
    for (keyword, value) in schema {
        keyword_of(keyword, value, &mut out, &mut hints);
    }
    split_null(&mut out);
    if !hints.is_empty() {
        let hint = format!("It must fit {}", Value::Object(hints));
        let description = match out.get("description").and_then(Value::as_str) {
            Some(text) => format!("{text}\n\n{hint}"),
            None => hint,
        };
        out.insert("description".to_owned(), Value::String(description));
    }
    alone(&mut out);
    Value::Object(out)
}

fn keyword_of(
    keyword: &str,
    value: &Value,
    out: &mut Map<String, Value>,
    hints: &mut Map<String, Value>,
) {
    let choice = out.contains_key("anyOf");
    let mut keep = |name: &str, value: Value| {
        out.insert(name.to_owned(), value);
    };
    match (keyword, value) {
        ("$ref", Value::String(target)) => {
            keep(keyword, target.replacen("#/definitions/", "#/$defs/", 1).into());
        }
        ("items" | "additionalProperties", value) => keep(keyword, node(value)),
        ("properties", Value::Object(all)) => keep(keyword, named(all)),
        ("$defs" | "definitions", Value::Object(all)) => keep("$defs", named(all)),
        ("anyOf" | "oneOf", Value::Array(all)) if !choice => keep("anyOf", listed(all)),
        ("allOf", Value::Array(all)) if !choice && all.len() == 1 => keep("anyOf", listed(all)),
        ("prefixItems", Value::Array(all)) => keep(keyword, listed(all)),
        ("enum", Value::Array(all)) if all.iter().all(literal) => keep(keyword, value.clone()),
        ("const", value) if literal(value) => keep("enum", json!([value])),
        (keyword, _) if TAKEN.contains(&keyword) => keep(keyword, value.clone()),
        (keyword, _) if SILENT.contains(&keyword) || keyword.starts_with("x-") => {}
        (keyword, value) => {
            hints.insert(keyword.to_owned(), value.clone());
        }
    }
}

/// Values that an enumeration may hold; null is taken out of it later.
fn literal(value: &Value) -> bool {
    value.is_string() || value.is_number() || value.is_null()
}

/// Takes null out of an enumeration, which holds texts and numbers only, and beside it.
fn split_null(out: &mut Map<String, Value>) {
    let choice = out.contains_key("anyOf");
    let Some(Value::Array(values)) = out.get_mut("enum") else { return };
    if choice || !values.iter().any(Value::is_null) {
        return;
    }
    values.retain(|value| !value.is_null());
    let empty = values.is_empty();
    let mut branch = Map::new();
    for keyword in ["type", "format", "enum"] {
        branch.extend(out.shift_remove(keyword).map(|value| (keyword.to_owned(), value)));
    }
    if let Some(Value::Array(kinds)) = branch.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [kind] = kinds.as_slice() {
            let kind = kind.clone();
            branch.insert("type".to_owned(), kind);
        }
    }
    if empty {
        out.insert("type".to_owned(), "null".into());
    } else {
        out.insert("anyOf".to_owned(), json!([branch, { "type": "null" }]));
    }
}

/// A reference stands alone on this wire; inside `anyOf` it may be described.
fn alone(out: &mut Map<String, Value>) {
    if !out.contains_key("$ref") || out.contains_key("anyOf") {
        return;
    }
    out.shift_remove("title");
    let beside = out.keys().any(|keyword| !keyword.starts_with('$'));
    if beside && let Some(target) = out.shift_remove("$ref") {
        out.insert("anyOf".to_owned(), json!([{ "$ref": target }]));
    }
}

fn named(all: &Map<String, Value>) -> Value {
    Value::Object(all.iter().map(|(name, schema)| (name.clone(), node(schema))).collect())
}

fn listed(all: &[Value]) -> Value {
    Value::Array(all.iter().map(node).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_provider_holds_to_stays_and_the_rest_is_told_to_the_model() {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Bill", "type": "object",
            "properties": {
                "total": {"type": "integer", "format": "uint32", "minimum": 0, "default": 1},
                "code": {"type": "string", "pattern": "^A", "description": "Its code."},
                "kind": {"oneOf": [{"const": "a"}, {"type": "null"}]},
                "unit": {"type": ["string", "null"], "enum": ["c", "f", null]},
                "nothing": {"const": null},
                "sure": {"type": "boolean", "const": true},
                "place": {"$ref": "#/definitions/Place", "description": "Where."},
                "any": {},
                "one": {"allOf": [{"$ref": "#/$defs/Place"}]},
                "both": {"anyOf": [{"type": "string"}], "oneOf": [true]}
            },
            "required": ["total"], "additionalProperties": false,
            "definitions": {"Place": {"type": "object", "properties": {"pair":
                {"type": "array", "prefixItems": [{"type": "number", "exclusiveMinimum": 0}]}}}}
        });
        let expected = json!({
            "title": "Bill", "type": "object",
            "properties": {
                "total": {"type": "integer", "format": "uint32", "minimum": 0},
                "code": {"type": "string",
                    "description": "Its code.\n\nIt must fit {\"pattern\":\"^A\"}"},
                "kind": {"anyOf": [{"enum": ["a"]}, {"type": "null"}]},
                "unit": {"anyOf": [{"type": "string", "enum": ["c", "f"]}, {"type": "null"}]},
                "nothing": {"type": "null"},
                "sure": {"type": "boolean", "description": "It must fit {\"const\":true}"},
                "place": {"description": "Where.", "anyOf": [{"$ref": "#/$defs/Place"}]},
                "any": {},
                "one": {"anyOf": [{"$ref": "#/$defs/Place"}]},
                "both": {"anyOf": [{"type": "string"}],
                    "description": "It must fit {\"oneOf\":[true]}"}
            },
            "required": ["total"], "additionalProperties": false,
            "$defs": {"Place": {"type": "object", "properties": {"pair":
                {"type": "array", "prefixItems":
                    [{"type": "number", "description": "It must fit {\"exclusiveMinimum\":0}"}]}}}}
        });
        assert_eq!(transform(&schema).unwrap(), expected);
    }

    #[test]
    fn a_reference_at_the_root_keeps_its_definitions_beside_it() {
        let schema = json!({"$ref": "#/$defs/Tree", "title": "Tree", "$defs": {"Tree":
            {"type": "object", "properties": {"left": {"$ref": "#/$defs/Tree"}}}}});
        let expected = json!({"$ref": "#/$defs/Tree", "$defs": {"Tree":
            {"type": "object", "properties": {"left": {"$ref": "#/$defs/Tree"}}}}});
        assert_eq!(transform(&schema).unwrap(), expected);
    }
}
