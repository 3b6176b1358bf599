//! OpenAI's wire formats, which many other services speak too.

pub mod chat;
mod error;
mod strict;

pub use chat::ChatCompletions;
