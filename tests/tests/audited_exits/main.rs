//! However a run ends, an audit trail has its beginning and its end, and the error that its caller has
//! leads there.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod begun;
mod faces;
mod requests;
mod rig;
mod together;
mod unstarted;
