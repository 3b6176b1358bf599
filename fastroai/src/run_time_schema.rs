//! Schemas that are only known at run time, and the values that are held to them.

mod unfolded;

use std::fmt::Write as _;

use fastroai_providers::Schema;
use jsonschema::{PatternOptions, Validator};
use serde_json::Value;

use unfolded::Unfolded;

/// The most places that a model is told at once.
const MOST_TOLD: usize = 20;

/// The most memory that a pattern of a schema may need, in bytes.
const PATTERN_LIMIT: usize = 256 << 10;

/// What a pattern that looks around may try for one text, before the text counts as a misfit.
const BACKTRACKS: usize = 100_000;

/// A schema that values are held to, within bounds whatever the schema and the values are.
pub(crate) struct RunTimeSchema {
    schema: Schema,
    validator: Validator,
    unfolded: Unfolded,
}

impl RunTimeSchema {
    /// Takes a schema from anywhere. Nothing outside of it is read, no file and no address.
    pub(crate) fn new(schema: Value) -> Result<Self, String> {
        let schema = Schema::bounded(schema).map_err(|limit| format!("it is {limit}"))?;
        let unfolded = Unfolded::of(schema.as_value())?;
        let patterns =
            PatternOptions::fancy_regex().size_limit(PATTERN_LIMIT).backtrack_limit(BACKTRACKS);
        let validator = jsonschema::options()
            .with_pattern_options(patterns)
            .build(schema.as_value())
            .map_err(|error| error.to_string())?;
        Ok(Self { schema, validator, unfolded })
    }

    /// As it is sent.
    pub(crate) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The places that do not fit and the keywords that they break, for the model to read; the values
    /// are not repeated. `None` where all fits.
    pub(crate) fn misfits(&self, value: &Value) -> Option<String> {
        // Whether it fits is quickly told: what was found out of a value is not asked again.
        if self.validator.is_valid(value) {
            return None;
        }
        // Where it does not is not: each alternative is gone through, and those within it each time.
        if !self.unfolded.is_soon_gone_through(value) {
            return Some("it does not fit the schema".to_owned());
        }
        let (mut text, mut errors) = (String::new(), self.validator.iter_errors(value));
        for error in errors.by_ref().take(MOST_TOLD) {
            let separator = if text.is_empty() { "" } else { "; " };
            let at = error.instance_path().to_string();
            // Writing to a string cannot fail.
            let _ = write!(text, "{separator}`{at}`: {}", error.masked());
        }
        if errors.next().is_some() {
            text.push_str("; and more");
        }
        Some(text)
    }
}
