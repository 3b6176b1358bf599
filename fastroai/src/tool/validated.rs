//! Arguments held to a schema that is only known at run time.

use std::fmt::Write as _;

use jsonschema::Validator;
use serde_json::Value;

use super::ToolError;

/// Fails with the place and the broken keyword of each misfit; the values are not repeated.
pub(super) fn check(validator: &Validator, value: &Value) -> Result<(), ToolError> {
    let mut text = String::new();
    for error in validator.iter_errors(value) {
        let separator = if text.is_empty() { "the arguments do not fit: " } else { "; " };
        let at = error.instance_path().to_string();
        // Writing to a string cannot fail.
        let _ = write!(text, "{separator}`{at}`: {}", error.masked());
    }
    if text.is_empty() { Ok(()) } else { Err(ToolError::retry(text)) }
}
