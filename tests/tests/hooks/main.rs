//! Policies and limits on every attempt of every path, through the public API, under a paused clock.
//!
//! A test called `behaviour_…` or `defect_…` holds what is listed under that number.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod alerts;
mod approvals;
mod breaker;
mod deadlines;
mod order;
mod paths;
mod rates;
mod rig;
mod strict;
mod tokens;
mod usage;
