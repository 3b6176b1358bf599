//! The way to a provider over HTTP: one attempt, within limits, its failure classed.

mod advice;
mod answer;
mod base_url;
mod body;
mod client;
#[cfg(feature = "testing")]
pub mod deny;
pub mod egress;
mod exchange;
mod failure;
mod headers;
mod key;
mod keys;
mod letter;
mod model;
mod network;
mod retry_after;
pub mod sse;
mod timeouts;
mod transport;

pub use base_url::BaseUrl;
pub use key::ApiKey;
pub use keys::{FixedKeys, KeyCallback, KeyError, KeyFiles, KeyFuture, KeyProvider};
pub use model::HttpModel;
pub use network::HttpTransport;
pub use timeouts::Timeouts;
pub use transport::{Incoming, Outgoing, Transport};
