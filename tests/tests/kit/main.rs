//! The test kit, as the tests of a program use it.
//!
//! A test called `behaviour_…` holds the behaviour of that number.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::unused_async, reason = "a tool may be async whatever it does")]

mod assertions;
mod attribute;
mod capture;
mod cassettes;
mod failing;
mod overrides;
mod real_server;
mod scripted;
mod secrets;
mod server;
mod shapes;
mod stage;
mod test_model;
