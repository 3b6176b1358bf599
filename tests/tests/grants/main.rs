//! What agents are granted, for whom they act, and which tools that leaves them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod audited;
mod defence;
mod narrowed;
mod offered;
mod policy;
mod roles;
mod stage;
