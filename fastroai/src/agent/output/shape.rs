//! How an answer is asked for: its schema, and the kinds that it may be of.

use std::sync::Arc;

use fastroai_providers::{Schema, ToolDefinition};
use serde_json::{Value, json};

use super::union;
use crate::run::OutputTool;

/// How an answer is asked for.
#[derive(Debug)]
pub struct Shape {
    /// The schema of an object.
    pub(crate) schema: Schema,
    /// The answer is no object, and stands in one under `value`.
    pub(crate) wrapped: bool,
    /// The tools by which each kind of it is handed in; none where there is one kind.
    pub(crate) kinds: Vec<(OutputTool, Arc<ToolDefinition>)>,
}

impl Shape {
    /// That of this schema, as it describes the answer itself.
    pub(crate) fn of(schema: Schema) -> Self {
        if schema.as_value().get("type").is_some_and(|kind| kind == "object") {
            return Self { schema, wrapped: false, kinds: Vec::new() };
        }
        let kinds = union::kinds(schema.as_value()).unwrap_or_default();
        Self { schema: wrap(schema.as_value().clone()).into(), wrapped: true, kinds }
    }

    /// The answer without what stands around it.
    pub(crate) fn unwrap(&self, answer: Value) -> Value {
        match answer {
            Value::Object(mut fields) if self.wrapped && fields.contains_key("value") => {
                fields.shift_remove("value").unwrap_or_default()
            }
            other => other,
        }
    }

    /// As [`Self::unwrap`], of an answer that is still arriving; `None` before it begins.
    #[cfg(feature = "partial")]
    pub(crate) fn part(&self, answer: Value) -> Option<Value> {
        match answer {
            Value::Object(fields) if self.wrapped && fields.is_empty() => None,
            other => Some(self.unwrap(other)),
        }
    }
}

/// Puts an object around what providers would not take by itself.
fn wrap(mut value: Value) -> Value {
    let definitions = value.as_object_mut().and_then(|schema| schema.shift_remove("$defs"));
    // It is one of these and no two of them: for a provider, `anyOf` says as much.
    if let Some(branches) = value.as_object_mut().and_then(|it| it.shift_remove("oneOf")) {
        value["anyOf"] = branches;
    }
    let mut object = json!({
        "type": "object",
        "properties": { "value": value },
        "required": ["value"],
        "additionalProperties": false,
    });
    if let Some(definitions) = definitions {
        object["$defs"] = definitions;
    }
    point_at_value(&mut object);
    object
}

/// What pointed at the whole schema points at the part of it that this was.
fn point_at_value(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            for (keyword, value) in fields {
                match value {
                    Value::String(target) if keyword == "$ref" && target == "#" => {
                        "#/properties/value".clone_into(target);
                    }
                    value => point_at_value(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(point_at_value),
        _ => {}
    }
}
