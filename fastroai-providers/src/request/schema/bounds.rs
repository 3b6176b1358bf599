//! How large a schema may be: everything that goes through one does so in time and stack that these
//! limits bound.

use serde_json::Value;

/// The deepest that values may be nested: as deep as JSON is read.
const DEEPEST: usize = 128;

/// The most bytes of a schema's text: more than any provider takes.
const LARGEST: usize = 256 << 10;

/// A schema beyond the limits. Its text says how large a schema may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaLimit {
    /// Values are nested too deeply in it.
    #[error("nested deeper than {DEEPEST} values: define what recurs once, and refer to it")]
    Depth,
    /// It is too long.
    #[error("longer than {} KiB: define what recurs once, and refer to it", LARGEST >> 10)]
    Size,
}

/// Refuses a value that is nested too deeply, and takes it apart: dropped as it is, it could take
/// more stack than there is.
pub(super) fn shallow(value: Value) -> Result<Value, SchemaLimit> {
    if is_shallow(&value) {
        return Ok(value);
    }
    let mut rest = vec![value];
    while let Some(value) = rest.pop() {
        match value {
            Value::Array(items) => rest.extend(items),
            Value::Object(fields) => rest.extend(fields.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    Err(SchemaLimit::Depth)
}

pub(super) fn short(text: &str) -> Result<(), SchemaLimit> {
    if text.len() > LARGEST { Err(SchemaLimit::Size) } else { Ok(()) }
}

/// Without recursion, for the same reason.
fn is_shallow(value: &Value) -> bool {
    let mut rest = vec![(value, 1)];
    while let Some((value, depth)) = rest.pop() {
        if depth > DEEPEST {
            return false;
        }
        match value {
            Value::Array(items) => rest.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(fields) => rest.extend(fields.values().map(|field| (field, depth + 1))),
            _ => {}
        }
    }
    true
}
