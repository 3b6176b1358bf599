//! OpenAI's wire formats, which many other services speak too.

mod address;
mod arguments;
pub mod chat;
mod checks;
mod error;
pub mod responses;
mod strict;

pub use chat::ChatCompletions;
pub use responses::Responses;
