//! A secret in each channel, and all that is written down searched for it.
//!
//! What holds content by its purpose is not searched: the answer and the transcript that a run gives
//! to its program, and the wire to the provider. An error of the program's own (of a hook, a validator,
//! a processor) comes back to it as the `source` of the run's, as it was.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod channels;
mod choke_point;
mod everything;
mod heard;
mod labels;
#[path = "../faults/loopback.rs"]
mod loopback;
mod opting_in;
mod program;
mod runs;
mod search;
