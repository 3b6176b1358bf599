//! The way to a provider over HTTP: one attempt, within limits, its failure classed.

mod answer;
mod base_url;
mod body;
mod client;
mod failure;
mod headers;
mod key;
mod model;
mod retry_after;
pub mod sse;
mod timeouts;
mod transport;

pub use base_url::BaseUrl;
pub use key::ApiKey;
pub use model::HttpModel;
pub use timeouts::Timeouts;
pub use transport::Transport;
