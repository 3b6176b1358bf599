//! OpenAI's wire formats, which many other services speak too.

mod address;
mod arguments;
pub mod chat;
mod checks;
mod error;
mod offer;
mod profile;
pub mod responses;
mod strict;

pub use chat::ChatCompletions;
pub use responses::Responses;

/// A schema in the dialect in which OpenAI holds an answer to it.
///
/// # Errors
/// What the dialect cannot carry, with a JSON pointer to it.
pub fn strict_schema(
    schema: &crate::request::Schema,
) -> Result<&serde_json::value::RawValue, &str> {
    schema.strict(strict::transform)
}
