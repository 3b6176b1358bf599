//! Tool calls that need a decision: the run waits, can be stored, and goes on once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod content;
mod counters;
mod declared;
mod forged;
mod hostile;
mod live;
mod machine;
mod nested;
mod once;
mod pausing;
mod rig;
mod together;
mod usage;
mod watched;
