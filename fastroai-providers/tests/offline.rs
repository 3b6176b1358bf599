//! The offline model keeps to what a model promises, without a network.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "offline/chat.rs"]
mod chat;
#[path = "offline/sample.rs"]
mod sample;
#[path = "offline/streams.rs"]
mod streams;
#[path = "offline/turns.rs"]
mod turns;
