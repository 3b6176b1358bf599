//! One request and the head of its answer, within deadlines.

use std::time::Duration;

use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, LOCATION};
use tokio::time::{Instant, timeout_at};
use url::Url;

use super::body::{Body, Bounds};
use super::failure;
use super::letter::{Letter, Method};
use super::retry_after::retry_after;
use super::sse::limit;
use super::timeouts::Timeouts;
use super::transport::Transport;
use crate::error::{ModelError, ModelErrorKind, Phase, ProtocolFault, Sent};

/// The most bytes of an answer that are taken.
const BODY_BYTES: usize = 32 << 20;
/// The most bytes of an answer that says no.
const ERROR_BYTES: usize = 256 << 10;

/// How far an attempt must have come by when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadlines {
    first_byte: Duration,
    idle: Duration,
    /// Of everything that belongs to the attempt.
    until: Option<Instant>,
}

impl Deadlines {
    /// Those of an attempt that begins now.
    pub(super) fn begin(timeouts: &Timeouts) -> Self {
        Self {
            first_byte: timeouts.first_byte,
            idle: timeouts.idle,
            until: Instant::now().checked_add(timeouts.total),
        }
    }

    /// What comes of this, or `None` where the attempt is over before it.
    pub(super) async fn within<T>(self, work: impl Future<Output = T>) -> Option<T> {
        match self.until {
            Some(until) => timeout_at(until, work).await.ok(),
            None => Some(work.await),
        }
    }
}

/// Sends a request, and waits for the head of the answer.
pub(super) async fn send(
    transport: &dyn Transport,
    letter: &Letter,
    deadlines: Deadlines,
) -> Result<Reply, ModelError> {
    let outgoing = letter.outgoing();
    let url = outgoing.url.clone();
    let first_byte = Instant::now().checked_add(deadlines.first_byte);
    let sending = match letter.method() {
        Method::Get => transport.get(outgoing),
        Method::Post => transport.post(outgoing),
    };
    let incoming = match first_byte.into_iter().chain(deadlines.until).min() {
        None => sending.await?,
        Some(first) => match timeout_at(first, sending).await {
            Ok(sent) => sent?,
            Err(_) if deadlines.until == Some(first) => return Err(limit::too_late()),
            Err(_) => return Err(no_first_byte(&url)),
        },
    };
    let (status, headers, body) = (incoming.status, incoming.headers, incoming.body);
    Ok(Reply { status, headers, body, url, deadlines })
}

fn no_first_byte(url: &Url) -> ModelError {
    let kind = ModelErrorKind::Transport { phase: Phase::FirstByte, sent: Sent::Maybe };
    ModelError::new(kind, format!("`{}` did not begin to answer in time", failure::place(url)))
}

/// An answer whose head is in and whose body is on its way.
pub(super) struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Body,
    url: Url,
    deadlines: Deadlines,
}

impl Reply {
    pub(super) fn status(&self) -> u16 {
        self.status
    }

    pub(super) fn content_type(&self) -> String {
        self.header(CONTENT_TYPE.as_str()).unwrap_or("no content type").to_owned()
    }

    /// The provider's id of the request, under either of its two names.
    pub(super) fn request_id(&self) -> Option<String> {
        let id = self.header("x-request-id").or_else(|| self.header("request-id"))?;
        let plain = id.len() <= 128 && id.bytes().all(|byte| byte.is_ascii_graphic());
        plain.then(|| id.to_owned())
    }

    /// How long the provider asks to wait.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        retry_after(&self.headers)
    }

    /// An answer that points elsewhere, or that no one here can read.
    pub(super) fn refused(&self) -> Option<ModelError> {
        if (300..400).contains(&self.status) {
            let to = self.header(LOCATION.as_str()).and_then(|to| self.url.join(to).ok());
            let to = to.as_ref().and_then(Url::host_str).unwrap_or("nowhere");
            let message = format!(
                "the answer points to `{to}`, and redirects are not followed: \
                 set the base URL to where the provider is"
            );
            return Some(ModelError::protocol(ProtocolFault::Redirect, message));
        }
        let encoding = self.header(CONTENT_ENCODING.as_str()).unwrap_or("identity");
        (!encoding.eq_ignore_ascii_case("identity")).then(|| {
            let message = "the answer is compressed, though no compression was asked for";
            ModelError::protocol(ProtocolFault::NotJson, message)
        })
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn bounds(&self) -> Bounds {
        let bytes = if self.status < 300 { BODY_BYTES } else { ERROR_BYTES };
        Bounds { bytes, idle: self.deadlines.idle, until: self.deadlines.until }
    }

    pub(super) fn body(self) -> Body {
        self.body
    }
}
