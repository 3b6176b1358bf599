//! A transport without a network: it follows a script, and remembers what was sent.
//!
//! All its waits are waits of Tokio's clock, so that a test with a paused clock sees exact times.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use fastroai_providers::ModelError;
use fastroai_providers::http::{Incoming, Outgoing, Transport};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, Stream, StreamExt, stream};
use serde_json::Value;

/// What happens to one request.
pub struct Exchange {
    wait: Duration,
    head: Option<Result<Head, ModelError>>,
    body: Vec<Piece>,
}

/// Status and headers.
type Head = (u16, Vec<(&'static str, String)>);

/// What happens while a body arrives.
pub enum Piece {
    /// These bytes come.
    Bytes(Bytes),
    /// Nothing comes for so long.
    Wait(Duration),
    /// The body breaks.
    Break(ModelError),
    /// Nothing comes any more, and the body does not end.
    Hang,
    /// These bytes come over and over, with such a wait before each, and the body does not end.
    Drip(&'static [u8], Duration),
}

/// Bytes of a body.
pub fn bytes(bytes: impl AsRef<[u8]>) -> Piece {
    Piece::Bytes(Bytes::copy_from_slice(bytes.as_ref()))
}

impl Exchange {
    /// An answer with this status and this whole body.
    pub fn answer(status: u16, body: impl AsRef<[u8]>) -> Self {
        Self::body(status, [bytes(body)]).header("content-type", "application/json")
    }

    /// An answer with status 200 that streams these.
    pub fn stream(pieces: impl IntoIterator<Item = Piece>) -> Self {
        Self::body(200, pieces).header("content-type", "text/event-stream")
    }

    /// An answer with this status and a body of these pieces.
    pub fn body(status: u16, pieces: impl IntoIterator<Item = Piece>) -> Self {
        let head = Some(Ok((status, Vec::new())));
        Self { wait: Duration::ZERO, head, body: pieces.into_iter().collect() }
    }

    /// No answer, but this failure.
    #[must_use]
    pub fn fail(error: ModelError) -> Self {
        Self { wait: Duration::ZERO, head: Some(Err(error)), body: Vec::new() }
    }

    /// No answer, ever.
    #[must_use]
    pub fn hang() -> Self {
        Self { wait: Duration::ZERO, head: None, body: Vec::new() }
    }

    /// With this header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if let Some(Ok((_, headers))) = &mut self.head {
            headers.push((name, value.into()));
        }
        self
    }

    /// After so long.
    #[must_use]
    pub fn after(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }
}

/// A request as it was sent.
#[derive(Clone)]
pub struct Seen {
    method: &'static str,
    request: Outgoing,
}

impl Seen {
    /// The method.
    #[must_use]
    pub fn method(&self) -> &'static str {
        self.method
    }

    /// The address.
    #[must_use]
    pub fn url(&self) -> &str {
        self.request.url.as_str()
    }

    /// A header, as text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.request.headers.get(name)?.to_str().ok()
    }

    /// The body.
    ///
    /// # Panics
    /// Where it is no JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.request.body).expect("a JSON body")
    }

    /// The bytes of the body.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.request.body
    }
}

/// A transport that follows a script. Clones follow the same one; it hangs when the script ends.
#[derive(Clone, Default)]
pub struct ScriptedTransport(Arc<Shared>);

#[derive(Default)]
struct Shared {
    exchanges: Mutex<VecDeque<Exchange>>,
    seen: Mutex<Vec<Seen>>,
}

impl ScriptedTransport {
    /// The first request meets the first exchange, and so on.
    pub fn new(exchanges: impl IntoIterator<Item = Exchange>) -> Self {
        let exchanges = Mutex::new(exchanges.into_iter().collect());
        Self(Arc::new(Shared { exchanges, seen: Mutex::default() }))
    }

    /// Every request so far.
    ///
    /// # Panics
    /// Where a test has panicked while it looked.
    #[must_use]
    pub fn seen(&self) -> Vec<Seen> {
        self.0.seen.lock().expect("no panic while locked").clone()
    }

    fn next(&self, method: &'static str, request: Outgoing) -> Exchange {
        self.0.seen.lock().expect("no panic while locked").push(Seen { method, request });
        let next = self.0.exchanges.lock().expect("no panic while locked").pop_front();
        next.unwrap_or_else(Exchange::hang)
    }
}

impl Transport for ScriptedTransport {
    fn post(&self, outgoing: Outgoing) -> BoxFuture<'_, Result<Incoming, ModelError>> {
        self.next("POST", outgoing).incoming()
    }

    fn get(&self, outgoing: Outgoing) -> BoxFuture<'_, Result<Incoming, ModelError>> {
        self.next("GET", outgoing).incoming()
    }
}

impl Exchange {
    fn incoming(self) -> BoxFuture<'static, Result<Incoming, ModelError>> {
        let Self { wait, head, body } = self;
        async move {
            tokio::time::sleep(wait).await;
            let Some(head) = head else { return std::future::pending().await };
            let (status, headers) = head?;
            let mut incoming = Incoming::new(status, <_>::default(), pieces(body).boxed());
            for (name, value) in headers {
                incoming.headers.insert(name, value.parse().expect("a header's value"));
            }
            Ok(incoming)
        }
        .boxed()
    }
}

fn pieces(body: Vec<Piece>) -> impl Stream<Item = Result<Bytes, ModelError>> + Send + 'static {
    stream::unfold(VecDeque::from(body), |mut rest| async move {
        loop {
            match rest.pop_front()? {
                Piece::Bytes(bytes) => return Some((Ok(bytes), rest)),
                Piece::Wait(wait) => tokio::time::sleep(wait).await,
                Piece::Break(error) => return Some((Err(error), VecDeque::new())),
                Piece::Hang => return std::future::pending().await,
                Piece::Drip(bytes, wait) => {
                    tokio::time::sleep(wait).await;
                    rest.push_front(Piece::Drip(bytes, wait));
                    return Some((Ok(Bytes::from_static(bytes)), rest));
                }
            }
        }
    })
}
