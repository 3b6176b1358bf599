//! A JSON schema that is serialised once and then only copied.

mod bounds;

use std::any::TypeId;
use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

pub use bounds::SchemaLimit;

/// A JSON schema, cheap to clone and cheap to send: its text is made once.
#[derive(Clone)]
pub struct Schema(Arc<Inner>);

struct Inner {
    value: Value,
    text: Box<RawValue>,
    beyond: Option<SchemaLimit>,
    dialects: OnceLock<Box<Dialect>>,
}

/// The schema in one provider's dialect, and a place for the next.
struct Dialect {
    of: TypeId,
    text: Result<Box<RawValue>, String>,
    next: OnceLock<Box<Dialect>>,
}

impl Schema {
    /// A schema from its JSON.
    ///
    /// One that is [beyond the limits](Self::beyond) is `false`, which nothing fits, and a request
    /// that holds it is refused before it is sent. [`Schema::bounded`] says so at once.
    #[must_use]
    pub fn new(value: Value) -> Self {
        Self::bounded(value).unwrap_or_else(|limit| {
            Self::made(Value::Bool(false), RawValue::FALSE.to_owned(), Some(limit))
        })
    }

    /// A schema from JSON that may come from anywhere.
    ///
    /// ```
    /// use fastroai_providers::{Schema, SchemaLimit};
    /// let mut deep = serde_json::Value::Null;
    /// for _ in 0..100_000 {
    ///     deep = vec![deep].into();
    /// }
    /// assert_eq!(Schema::bounded(deep).unwrap_err(), SchemaLimit::Depth);
    /// ```
    ///
    /// # Errors
    /// Where it is nested deeper than 128 values, or longer than 256 KiB.
    pub fn bounded(value: Value) -> Result<Self, SchemaLimit> {
        let value = bounds::shallow(value)?;
        // A `Value` has string keys and finite numbers only, so that writing it cannot fail.
        let text = serde_json::value::to_raw_value(&value).unwrap_or_default();
        bounds::short(text.get())?;
        Ok(Self::made(value, text, None))
    }

    fn made(value: Value, text: Box<RawValue>, beyond: Option<SchemaLimit>) -> Self {
        Self(Arc::new(Inner { value, text, beyond, dialects: OnceLock::new() }))
    }

    /// The limit that it was beyond, so that it cannot be sent.
    #[must_use]
    pub fn beyond(&self) -> Option<SchemaLimit> {
        self.0.beyond
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

    /// The schema in another provider's dialect, made once by each `transform` and kept.
    ///
    /// Name a function, or write the closure in one place: every `transform` has a dialect of its
    /// own, so that two providers never get each other's.
    ///
    /// # Errors
    /// The reason that `transform` gave, where the dialect cannot carry the schema.
    pub fn strict<F>(&self, transform: F) -> Result<&RawValue, &str>
    where
        F: Fn(&Value) -> Result<Value, String> + 'static,
    {
        let of = TypeId::of::<F>();
        let mut place = &self.0.dialects;
        loop {
            let dialect = place.get_or_init(|| {
                let text = transform(&self.0.value).and_then(|value| {
                    serde_json::value::to_raw_value(&value).map_err(|error| error.to_string())
                });
                Box::new(Dialect { of, text, next: OnceLock::new() })
            });
            if dialect.of == of {
                return dialect.text.as_deref().map_err(String::as_str);
            }
            place = &dialect.next;
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_dialect_is_made_once_and_none_is_mistaken_for_another() {
        #[expect(clippy::unnecessary_wraps, reason = "a dialect's signature")]
        fn closed(_: &Value) -> Result<Value, String> {
            Ok(json!({"closed": true}))
        }
        fn refused(_: &Value) -> Result<Value, String> {
            Err("too wide".to_owned())
        }
        let schema = Schema::new(json!({"type": "object"}));
        let first: *const RawValue = schema.strict(closed).unwrap();
        assert_eq!(schema.strict(refused).unwrap_err(), "too wide");
        let again = schema.strict(closed).unwrap();
        assert_eq!(again.get(), r#"{"closed":true}"#);
        assert!(std::ptr::eq(first, again));
    }
}
