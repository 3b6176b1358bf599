//! Answers whose schema is only known at run time.

use std::fmt::Write as _;

use futures_util::future::BoxFuture;
use jsonschema::Validator;
use serde_json::Value;

use super::spec::Reader;
use super::{OutputContext, OutputError, OutputSpec, Shape, reading};

/// A JSON schema that is not one.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the output's schema is not a JSON schema: {0}")]
pub struct OutputSchemaError(String);

impl OutputSpec<'static, Value> {
    /// The answer is JSON that fits this schema. Needs the feature `jsonschema`.
    ///
    /// ```
    /// use fastroai::agent::OutputSpec;
    /// let schema = serde_json::json!({"type": "object", "required": ["city"]});
    /// assert!(OutputSpec::from_schema(schema).is_ok());
    /// assert!(OutputSpec::from_schema(serde_json::json!({"type": "planet"})).is_err());
    /// ```
    ///
    /// # Errors
    /// Where the schema is not one.
    pub fn from_schema(schema: Value) -> Result<Self, OutputSchemaError> {
        let validator = jsonschema::validator_for(&schema)
            .map_err(|error| OutputSchemaError(error.to_string()))?;
        let shape = Shape::of(schema.into());
        let wrapped = shape.wrapped;
        Ok(Self::of_schema(shape, Checked { validator, wrapped }))
    }
}

struct Checked {
    validator: Validator,
    wrapped: bool,
}

impl Checked {
    /// The places that do not fit, and the keywords that they break; the values are not repeated.
    fn read(&self, text: &str) -> Result<Value, String> {
        let value: Value = reading::read(text, self.wrapped)?;
        let mut told = String::new();
        for error in self.validator.iter_errors(&value) {
            let separator = if told.is_empty() { "" } else { "; " };
            let at = error.instance_path().to_string();
            // Writing to a string cannot fail.
            let _ = write!(told, "{separator}`{at}`: {}", error.masked());
        }
        if told.is_empty() { Ok(value) } else { Err(told) }
    }
}

impl Reader<Value> for Checked {
    fn read<'r>(
        &'r self,
        text: &'r str,
        _: OutputContext,
    ) -> BoxFuture<'r, Result<Value, OutputError>> {
        Box::pin(std::future::ready(Checked::read(self, text).map_err(OutputError::retry)))
    }
}
