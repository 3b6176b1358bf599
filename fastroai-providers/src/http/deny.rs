//! Requests that are refused before they are sent, so that a test asks no real model.
//!
//! What decides, in this order: what stands around the code ([`scoped`]), the guards of the process
//! ([`deny_requests`]), and the variable `FASTROAI_DENY_REQUESTS`: `1` for all requests, `remote`
//! for those that leave this machine. It holds for whatever goes through
//! [`HttpTransport`](super::HttpTransport): replies, streams and token counts.

use std::future::Future;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use url::Url;

use super::base_url::is_loopback;
use super::failure;
use crate::error::ModelError;

/// The variable that refuses requests for a whole process.
const VARIABLE: &str = "FASTROAI_DENY_REQUESTS";

/// How many guards refuse all requests, and how many those that leave this machine.
static ALL: AtomicUsize = AtomicUsize::new(0);
static REMOTE: AtomicUsize = AtomicUsize::new(0);

tokio::task_local! {
    static AROUND: RequestPolicy;
}

/// Which requests may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestPolicy {
    /// All.
    Allow,
    /// Those to this machine.
    DenyRemote,
    /// None.
    Deny,
}

/// Requests are refused in the whole process while this lives.
#[derive(Debug)]
#[must_use = "requests are refused until this is dropped"]
pub struct DenyRequests(&'static AtomicUsize);

impl DenyRequests {
    fn of(count: &'static AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::SeqCst);
        Self(count)
    }
}

impl Drop for DenyRequests {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Refuses all requests of this process, on whatever thread, until what it gives is dropped.
pub fn deny_requests() -> DenyRequests {
    DenyRequests::of(&ALL)
}

/// As [`deny_requests`], but lets requests to this machine through.
pub fn deny_remote_requests() -> DenyRequests {
    DenyRequests::of(&REMOTE)
}

/// Runs a future that may send just these requests, whatever holds around it and in the process.
pub async fn scoped<F: Future>(policy: RequestPolicy, future: F) -> F::Output {
    AROUND.scope(policy, future).await
}

/// As [`scoped`], for a function.
pub fn scoped_sync<R>(policy: RequestPolicy, function: impl FnOnce() -> R) -> R {
    AROUND.sync_scope(policy, function)
}

/// What [`scoped`] has put around this code.
#[must_use]
pub fn around() -> Option<RequestPolicy> {
    AROUND.try_with(|policy| *policy).ok()
}

/// Refuses what may not be sent.
pub(super) fn check(url: &Url) -> Result<(), ModelError> {
    let (policy, allow) = if let Some(policy) = around() {
        (policy, "put `testing::allow_requests` around what may be sent")
    } else if ALL.load(Ordering::SeqCst) > 0 {
        (RequestPolicy::Deny, "drop what `testing::deny_requests` gave")
    } else if REMOTE.load(Ordering::SeqCst) > 0 {
        (RequestPolicy::DenyRemote, "drop what `testing::deny_remote_requests` gave")
    } else {
        (*OF_PROCESS, "unset `FASTROAI_DENY_REQUESTS`")
    };
    match policy {
        RequestPolicy::Allow => Ok(()),
        RequestPolicy::DenyRemote if is_loopback(url) => Ok(()),
        RequestPolicy::DenyRemote | RequestPolicy::Deny => Err(ModelError::config(format!(
            "a request to `{}` is refused, since real requests are denied here: use a scripted model \
             or a cassette, or {allow}",
            failure::place(url)
        ))),
    }
}

/// What the environment says. A word that is not known denies: whoever set it meant something.
static OF_PROCESS: LazyLock<RequestPolicy> =
    LazyLock::new(|| match std::env::var(VARIABLE).as_deref() {
        Ok("" | "0") | Err(std::env::VarError::NotPresent) => RequestPolicy::Allow,
        Ok("remote") => RequestPolicy::DenyRemote,
        _ => RequestPolicy::Deny,
    });
