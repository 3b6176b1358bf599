//! The transport against servers that misbehave. The numbers in the tests' names are those of the
//! faults that they stand for: N network and stream, P provider, S security.
#![cfg(feature = "http")]
// The lint knows test functions, but not the ones that they call.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod background;
mod certificates;
mod connect;
mod dialects;
mod extras;
mod network;
mod provider;
mod redirects;
mod reply;
mod security;
mod server;
mod services;
mod sse;
mod stream;
mod tiny;
