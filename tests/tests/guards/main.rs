//! What guards let through, put in another's place, block and record, on every path, through the
//! public API.
//!
//! A test called `promise_…` holds what is promised under that number.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod approvals;
mod input;
mod masks;
mod output;
mod recorded;
mod rig;
mod streams;
mod tools;
mod typed;
mod withheld;
