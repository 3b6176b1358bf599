//! Talk to one language model once: a neutral [`Request`] in, a neutral [`Response`] out.
//!
//! An adapter is a pair of pure functions (see [`protocol::Protocol`]); around it stands one
//! transport that makes exactly one attempt and classes its failure. This crate knows no agent,
//! no tool that runs, no retry and no money: those live in `fastroai`, which is the crate to use.
#![forbid(unsafe_code)]

pub mod anthropic;
pub mod catalogue;
#[cfg(feature = "http")]
pub mod connect;
pub mod error;
pub mod gemini;
mod hidden;
#[cfg(feature = "http")]
pub mod http;
pub mod message;
pub mod model;
pub mod offline;
pub mod openai;
pub mod protocol;
pub mod request;
pub mod response;
pub mod services;
pub mod stream;
pub mod usage;

#[cfg(feature = "http")]
pub use connect::{Connection, connect};
pub use error::{ModelError, ModelErrorKind, RetryClass};
pub use message::{History, Media, Message, ToolCall, ToolOutcome, ToolResult, UserMessage};
pub use model::{Model, ModelId, Profile};
pub use request::{
    HostedTool, OutputFormat, Request, Schema, SchemaLimit, Settings, ToolChoice, ToolDefinition,
};
pub use response::{FinishReason, Part, Reasoning, Response};
pub use stream::{Delta, ResponseStream, StreamEvent};
pub use usage::Usage;
