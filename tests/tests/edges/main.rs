//! What stands at the edges: keys, names, headers, histories and schemas, whoever they come from.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod asking;
mod headers;
mod histories;
mod keys;
mod model_ids;
mod schemas;
