//! A client for tools, which fetch what a model names: public addresses only, within limits.
//!
//! What a tool is asked to fetch was written by a model, and so perhaps by whoever wrote the page
//! that it read last. An [`EgressClient`] goes to the public internet and nowhere else: not to this
//! machine, not to its network, not to the service that gives a cloud machine its keys.

mod address;
mod client;
mod error;
mod resolver;
mod response;

pub use client::{EgressClient, EgressRequest};
pub use error::{EgressError, Forbidden};
pub use resolver::{Resolve, ResolveFuture};
pub use response::EgressResponse;
