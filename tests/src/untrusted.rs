//! Bytes from outside, put through every reader of them, with what must hold whatever they are.
//!
//! A fuzzer and the tests call the same functions: each takes bytes, and panics where a promise is
//! broken.
#![allow(clippy::expect_used, clippy::panic, reason = "a broken promise is a panic")]

mod amounts;
mod arguments;
mod bodies;
mod configurations;
mod guards;
mod histories;
mod names;
mod pauses;
mod snapshots;
mod streams;
mod waits;

use std::sync::LazyLock;

use fastroai_providers::anthropic::Messages;
use fastroai_providers::gemini::GenerateContent;
use fastroai_providers::openai::{ChatCompletions, Responses};
use fastroai_providers::protocol::Protocol;
use tokio::runtime::{Builder, Runtime};

/// A reader, and the name of its target and of its seeds.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    /// As in `fuzz/seeds/NAME`.
    pub name: &'static str,
    /// Reads bytes, and panics where a promise is broken.
    pub read: fn(&[u8]),
}

/// All of them.
pub const READERS: [Reader; 18] = [
    Reader { name: "stream_chat", read: |bytes| streams::read(&ChatCompletions::new(), bytes) },
    Reader {
        name: "stream_responses",
        read: |bytes| streams::read_loosely(&Responses::new(), bytes),
    },
    Reader {
        name: "stream_messages",
        read: |bytes| streams::read_loosely(&Messages::new(), bytes),
    },
    Reader { name: "stream_gemini", read: |bytes| streams::read(&GenerateContent::new(), bytes) },
    Reader { name: "whole_chat", read: |bytes| bodies::read(&ChatCompletions::new(), bytes) },
    Reader { name: "whole_responses", read: |bytes| bodies::read(&Responses::new(), bytes) },
    Reader { name: "whole_messages", read: |bytes| bodies::read(&Messages::new(), bytes) },
    Reader { name: "whole_gemini", read: |bytes| bodies::read(&GenerateContent::new(), bytes) },
    Reader { name: "arguments", read: arguments::read },
    Reader { name: "model_id", read: names::model_id },
    Reader { name: "base_url", read: names::base_url },
    Reader { name: "retry_after", read: waits::read },
    Reader { name: "history", read: histories::read },
    Reader { name: "cost", read: amounts::read },
    Reader { name: "partial", read: snapshots::read },
    Reader { name: "paused", read: pauses::read },
    Reader { name: "config", read: configurations::read },
    Reader { name: "guards", read: guards::read },
];

/// Puts bytes through the reader of this name.
///
/// # Panics
/// Where there is no such reader, or a promise is broken.
pub fn read(name: &str, bytes: &[u8]) {
    let reader = READERS.iter().find(|reader| reader.name == name);
    (reader.expect("a reader of this name").read)(bytes);
}

/// The adapters, each under a model for which it writes all it can.
fn wires() -> [(&'static str, Box<dyn Protocol>); 4] {
    [
        ("gpt-4o-mini", Box::new(ChatCompletions::new())),
        ("gpt-5-mini", Box::new(Responses::new())),
        ("claude-sonnet-4-5", Box::new(Messages::new())),
        ("gemini-3-flash-preview", Box::new(GenerateContent::new())),
    ]
}

/// A clock that is paused, so that a wait takes no time.
fn runtime() -> &'static Runtime {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
        let mut builder = Builder::new_current_thread();
        builder.enable_time().start_paused(true).build().expect("a runtime without a network")
    });
    &RUNTIME
}

/// The text up to the first zero byte, and the text behind it.
fn halves(bytes: &[u8]) -> Option<(&str, &str)> {
    let text = std::str::from_utf8(bytes).ok()?;
    Some(text.split_once('\0').unwrap_or((text, "")))
}
