//! The types that an agent can answer with.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use fastroai_providers::Schema;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::tool::schema_of;

/// The types that an agent can answer with: `String` is text, any other is JSON of its schema.
#[diagnostic::on_unimplemented(
    message = "an agent cannot answer with `{Self}`",
    label = "the model cannot fill in a `{Self}`",
    note = "add `#[derive(serde::Deserialize, schemars::JsonSchema)]` to `{Self}`, or to what is inside of it"
)]
pub trait AgentOutput: Sized + Send + 'static {
    /// The schema that an answer must fit; `None` for text.
    fn schema() -> Option<Schema>;

    /// Reads an answer.
    ///
    /// # Errors
    /// What does not fit, and where, in words for the model.
    fn parse(text: &str) -> Result<Self, String>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + schemars::JsonSchema + Send + 'static> AgentOutput for T {
    fn schema() -> Option<Schema> {
        (!is_text::<T>()).then(|| shape::<T>().schema)
    }

    fn parse(text: &str) -> Result<Self, String> {
        if is_text::<T>() {
            let mut slot: Option<T> = None;
            if let Some(slot) = (&mut slot as &mut dyn Any).downcast_mut::<Option<String>>() {
                *slot = Some(text.to_owned());
            }
            return slot.ok_or_else(|| "the answer is no text".to_owned());
        }
        let text = strip_fence(text);
        if shape::<T>().wrapped {
            // A model that was only asked in words may leave the wrapper out.
            decode::<Wrapped<T>>(text)
                .map(|wrapped| wrapped.value)
                .or_else(|reason| decode::<T>(text).map_err(|_| reason))
        } else {
            decode(text)
        }
    }
}

/// What stands around an answer that is no object: providers take no other schemas.
#[derive(serde::Deserialize)]
struct Wrapped<T> {
    value: T,
}

/// How a type is asked for.
#[derive(Clone)]
struct Shape {
    schema: Schema,
    wrapped: bool,
}

/// The shape of a type, made once in the life of the process.
fn shape<T: schemars::JsonSchema + 'static>() -> Shape {
    static SHAPES: RwLock<BTreeMap<TypeId, Shape>> = RwLock::new(BTreeMap::new());
    let id = TypeId::of::<T>();
    if let Some(shape) = SHAPES.read().unwrap_or_else(PoisonError::into_inner).get(&id) {
        return shape.clone();
    }
    let shape = wrap(schema_of::<T>());
    let mut shapes = SHAPES.write().unwrap_or_else(PoisonError::into_inner);
    shapes.entry(id).or_insert(shape).clone()
}

fn wrap(schema: Schema) -> Shape {
    if schema.as_value().get("type").is_some_and(|kind| kind == "object") {
        return Shape { schema, wrapped: false };
    }
    let mut value = schema.as_value().clone();
    let definitions = value.as_object_mut().and_then(|schema| schema.shift_remove("$defs"));
    let mut object = json!({
        "type": "object",
        "properties": { "value": value },
        "required": ["value"],
        "additionalProperties": false,
    });
    if let Some(definitions) = definitions {
        object["$defs"] = definitions;
    }
    Shape { schema: object.into(), wrapped: true }
}

fn decode<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let mut json = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let at = error.path().to_string();
        let place = if at == "." { String::new() } else { format!(" at `{at}`") };
        format!("{}{place}", error.into_inner())
    })?;
    json.end().map_err(|error| error.to_string())?;
    Ok(value)
}

fn is_text<T: 'static>() -> bool {
    TypeId::of::<T>() == TypeId::of::<String>()
}

/// Models that are only asked for JSON often put it into a fenced block.
fn strip_fence(text: &str) -> &str {
    let text = text.trim();
    let Some(inner) = text.strip_prefix("```").and_then(|rest| rest.strip_suffix("```")) else {
        return text;
    };
    inner.strip_prefix("json").unwrap_or(inner).trim()
}
