//! The arguments of a call, as they go back to the provider.

use std::borrow::Cow;

use serde::de::IgnoredAny;

/// The arguments as a valid object, since services refuse a conversation that holds anything else:
/// exactly as they are where they are one, and wrapped where the model wrote something broken.
pub(super) fn object(arguments: &str) -> Cow<'_, str> {
    let trimmed = arguments.trim();
    if trimmed.is_empty() {
        return "{}".into();
    }
    if trimmed.starts_with('{') && serde_json::from_str::<IgnoredAny>(trimmed).is_ok() {
        return arguments.into();
    }
    serde_json::json!({ "INVALID_JSON": arguments }).to_string().into()
}
