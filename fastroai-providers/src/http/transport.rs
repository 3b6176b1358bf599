//! What carries a request to a provider and brings the answer back.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::BoxStream;
use reqwest::header::HeaderMap;
use url::Url;

use crate::error::ModelError;

/// Carries one request to a provider and brings the head of the answer back.
///
/// What wraps it sets the deadlines, reads the body and decides what an answer means, so that a
/// transport without a network can stand in for a provider. One that is written for tests needs no
/// socket, and its time may be a clock that is paused.
pub trait Transport: Send + Sync + 'static {
    /// Sends one request, once: no repeat, no redirect. The future ends when the head of an answer
    /// is in, whatever its status; dropping it, or the body, gives the exchange up.
    ///
    /// # Errors
    /// Where no answer came, its kind says whether the request may have arrived. Neither this error
    /// nor one of the body may hold the address, a header or the request.
    fn post(&self, outgoing: Outgoing) -> BoxFuture<'_, Result<Incoming, ModelError>>;

    /// Fetches what is at an address, with the method `GET` and without the body. Only replies that
    /// are made in the background need it.
    ///
    /// # Errors
    /// As for [`post`](Self::post); of kind `Config`, unless it is written anew.
    fn get(&self, outgoing: Outgoing) -> BoxFuture<'_, Result<Incoming, ModelError>> {
        drop(outgoing);
        let message = "this transport fetches nothing: leave `background` unset";
        Box::pin(std::future::ready(Err(ModelError::config(message))))
    }
}

impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn post(&self, outgoing: Outgoing) -> BoxFuture<'_, Result<Incoming, ModelError>> {
        T::post(self, outgoing)
    }

    fn get(&self, outgoing: Outgoing) -> BoxFuture<'_, Result<Incoming, ModelError>> {
        T::get(self, outgoing)
    }
}

/// A request on its way out.
#[derive(Clone)]
#[non_exhaustive]
pub struct Outgoing {
    /// Where to.
    pub url: Url,
    /// All headers but those of the connection itself. The one with the key is marked as sensitive.
    pub headers: HeaderMap,
    /// JSON, or nothing where something is fetched.
    pub body: Bytes,
}

impl Outgoing {
    /// A request of these parts.
    #[must_use]
    pub fn new(url: Url, headers: HeaderMap, body: impl Into<Bytes>) -> Self {
        Self { url, headers, body: body.into() }
    }
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing")
            .field("host", &self.url.host_str())
            .field("body", &format_args!("<{} bytes>", self.body.len()))
            .finish_non_exhaustive()
    }
}

/// An answer whose head is in and whose body is on its way.
#[non_exhaustive]
pub struct Incoming {
    /// The status, as in 200.
    pub status: u16,
    /// All headers.
    pub headers: HeaderMap,
    /// The body as it comes, failures classed.
    pub body: BoxStream<'static, Result<Bytes, ModelError>>,
}

impl Incoming {
    /// An answer of these parts.
    #[must_use]
    pub fn new(
        status: u16,
        headers: HeaderMap,
        body: BoxStream<'static, Result<Bytes, ModelError>>,
    ) -> Self {
        Self { status, headers, body }
    }
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming").field("status", &self.status).finish_non_exhaustive()
    }
}
