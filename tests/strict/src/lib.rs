//! Tools and agents of all shapes in a crate that denies every warning.
//!
//! What the attributes write is linted as the user's own code, so that this crate is where a lint
//! of the compiler's or of clippy's would show. There is no `allow` in it.
#![deny(warnings, missing_docs, clippy::pedantic)]
#![deny(unused, nonstandard_style, future_incompatible, rust_2018_idioms, let_underscore)]
#![deny(single_use_lifetimes, unused_lifetimes, unused_qualifications, unused_results)]
#![deny(missing_debug_implementations, missing_copy_implementations, unreachable_pub)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::todo)]

pub mod agents;
pub mod awkward;
pub mod calls;
pub mod functions;
pub mod marks;
pub mod toolsets;
