//! The types that an agent can answer with.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use fastroai_providers::Schema;
use serde::de::DeserializeOwned;

use crate::tool::schema_of;

/// The types that an agent can answer with: `String` is text, any other is JSON of its schema.
#[diagnostic::on_unimplemented(
    message = "an agent cannot answer with `{Self}`",
    label = "the model cannot fill in a `{Self}`",
    note = "add `#[derive(serde::Deserialize, schemars::JsonSchema)]` to `{Self}`"
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
        /// Schemas by type: each is made once in the life of the process.
        static SCHEMAS: RwLock<Option<HashMap<TypeId, Schema>>> = RwLock::new(None);
        if is_text::<T>() {
            return None;
        }
        let id = TypeId::of::<T>();
        let known = SCHEMAS.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(schema) = known.as_ref().and_then(|schemas| schemas.get(&id)) {
            return Some(schema.clone());
        }
        drop(known);
        let schema = schema_of::<T>();
        let mut schemas = SCHEMAS.write().unwrap_or_else(PoisonError::into_inner);
        Some(schemas.get_or_insert_default().entry(id).or_insert(schema).clone())
    }

    fn parse(text: &str) -> Result<Self, String> {
        if is_text::<T>() {
            let mut slot: Option<T> = None;
            if let Some(slot) = (&mut slot as &mut dyn Any).downcast_mut::<Option<String>>() {
                *slot = Some(text.to_owned());
            }
            return slot.ok_or_else(|| "the answer is no text".to_owned());
        }
        let mut json = serde_json::Deserializer::from_str(strip_fence(text));
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let at = error.path().to_string();
            let place = if at == "." { String::new() } else { format!(" at `{at}`") };
            format!("{}{place}", error.into_inner())
        })?;
        json.end().map_err(|error| error.to_string())?;
        Ok(value)
    }
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
