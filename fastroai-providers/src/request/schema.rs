//! A JSON schema that is serialised once and then only copied.

use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A JSON schema, cheap to clone and cheap to send: its text is made once.
#[derive(Clone)]
pub struct Schema(Arc<Inner>);

struct Inner {
    value: Value,
    text: Box<RawValue>,
    strict: OnceLock<Result<Box<RawValue>, String>>,
}

impl Schema {
    /// A schema from its JSON.
    #[must_use]
    pub fn new(value: Value) -> Self {
        // A `Value` has string keys and finite numbers only, so that writing it cannot fail.
        let text = serde_json::value::to_raw_value(&value).unwrap_or_default();
        Self(Arc::new(Inner { value, text, strict: OnceLock::new() }))
    }

    /// The schema as JSON.
    #[must_use]
    pub fn as_value(&self) -> &Value {
        &self.0.value
    }

    /// The schema as text that serialises by copying.
    #[must_use]
    pub fn as_raw(&self) -> &RawValue {
        &self.0.text
    }

    /// The schema in another provider's dialect, made once by `transform` and kept.
    ///
    /// # Errors
    /// The reason that `transform` gave, where the dialect cannot carry the schema.
    pub fn strict(
        &self,
        transform: impl FnOnce(&Value) -> Result<Value, String>,
    ) -> Result<&RawValue, &str> {
        self.0
            .strict
            .get_or_init(|| {
                transform(&self.0.value).and_then(|value| {
                    serde_json::value::to_raw_value(&value).map_err(|error| error.to_string())
                })
            })
            .as_deref()
            .map_err(String::as_str)
    }
}

impl From<Value> for Schema {
    fn from(value: Value) -> Self {
        Self::new(value)
    }
}

impl From<schemars::Schema> for Schema {
    fn from(schema: schemars::Schema) -> Self {
        Self::new(schema.to_value())
    }
}

impl PartialEq for Schema {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.value == other.0.value
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.text.get())
    }
}

impl Serialize for Schema {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.text.serialize(serializer)
    }
}
