//! Faults of providers, from the bytes that come over the wire to the error or reply that a caller
//! gets, and what was sent for it. The numbers are those of the faults: N network and stream,
//! P provider, S security. No socket, and a paused clock where time matters.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod ask;
mod deadlines;
mod endings;
mod keys;
mod proxies;
mod refusals;
mod streams;
mod usage;
