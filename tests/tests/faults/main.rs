//! What goes wrong between an agent, its model and its tools, and what a run makes of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod bills;
mod loopback;
mod model;
mod money;
mod prices;
mod retries;
mod rig;
mod secrets;
mod telemetry;
mod tools;
