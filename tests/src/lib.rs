//! What the tests of this crate stand on: a scripted model, a scripted transport, the material
//! beside the repository, Python environments, a real inference server, an emulated one, a
//! validator of what the adapters write, readers of untrusted bytes, benign texts, and a measure of growth.
#![forbid(unsafe_code)]
#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "a test fails by panicking")]

pub mod aimock;
pub mod benign;
pub mod folder;
pub mod growth;
pub mod install;
pub mod llama;
pub mod program;
pub mod python;
pub mod scripted;
pub mod secrets;
pub mod shared;
pub mod spans;
pub mod transport;
pub mod untrusted;
pub mod validator;

pub use shared::{shared, shared_or_skip, skip};
