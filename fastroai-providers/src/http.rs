//! The way to a provider over HTTP.

pub mod sse;
