//! What a redactor finds and what it leaves alone, counted over texts of both kinds, and masks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking, and these print what they counted"
)]

mod benign;
mod masks;
mod planted;
mod samples;
