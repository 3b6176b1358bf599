//! Helpers of the tests.
#![forbid(unsafe_code)]

pub mod scripted;
