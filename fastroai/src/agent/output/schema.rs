//! Answers whose schema is only known at run time.

use futures_util::future::BoxFuture;
use serde_json::Value;

use super::spec::Reader;
use super::{OutputContext, OutputError, OutputSpec, Shape, reading};
use crate::run_time_schema::RunTimeSchema;

/// A JSON schema that is not one, or a larger one than is taken.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the output's schema cannot be used: {0}")]
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
    /// Where the schema is not one, or is nested too deeply, too long, or unfolds to too much.
    pub fn from_schema(schema: Value) -> Result<Self, OutputSchemaError> {
        let asked = RunTimeSchema::new(schema).map_err(OutputSchemaError)?;
        let shape = Shape::of(asked.schema().clone());
        // What was put around it may have been too much.
        if let Some(limit) = shape.schema.beyond() {
            return Err(OutputSchemaError(format!("it is {limit}")));
        }
        let wrapped = shape.wrapped;
        Ok(Self::of_schema(shape, Checked { asked, wrapped }))
    }
}

struct Checked {
    asked: RunTimeSchema,
    wrapped: bool,
}

impl Checked {
    fn read(&self, text: &str) -> Result<Value, String> {
        let value: Value = reading::read(text, self.wrapped)?;
        match self.asked.misfits(&value) {
            None => Ok(value),
            Some(misfits) => Err(misfits),
        }
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
