//! A call's arguments on their way back.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// A call's arguments, for a wire that has them as an object, whatever the model wrote.
///
/// Text that is no object goes inside one, under `INVALID_JSON`.
pub(crate) enum ArgumentsObject<'a> {
    Object(&'a RawValue),
    Empty,
    Invalid(&'a str),
}

impl<'a> ArgumentsObject<'a> {
    pub(crate) fn new(arguments: &'a str) -> Self {
        let trimmed = arguments.trim();
        if trimmed.is_empty() {
            return Self::Empty;
        }
        // Escapes are looked at only when read: half a surrogate pair would break the request.
        let escapes_fit =
            || !trimmed.contains("\\u") || serde_json::from_str::<Value>(trimmed).is_ok();
        match serde_json::from_str::<&RawValue>(trimmed) {
            Ok(raw) if trimmed.starts_with('{') && escapes_fit() => Self::Object(raw),
            _ => Self::Invalid(arguments),
        }
    }
}

impl Serialize for ArgumentsObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Object(raw) => raw.serialize(serializer),
            Self::Empty => serializer.serialize_map(Some(0))?.end(),
            Self::Invalid(text) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("INVALID_JSON", text)?;
                map.end()
            }
        }
    }
}
