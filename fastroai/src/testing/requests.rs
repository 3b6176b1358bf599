//! Which requests a test may send.

pub use fastroai_providers::http::deny::{DenyRequests, deny_remote_requests, deny_requests};
use fastroai_providers::http::deny::{RequestPolicy, scoped};

/// Runs a future, or a [`Call`](crate::Call), that may send no request, whatever the rest of the
/// process may.
///
/// A request that would be sent is an error of kind `Config` instead: one for a reply, a stream or a
/// count of tokens. It holds for the task that runs the future, and for what it starts with
/// [`fastroai::spawn`](crate::spawn). [`deny_requests`] does the same for the whole process, and so
/// does the variable `FASTROAI_DENY_REQUESTS`: with `1` for all requests, with `remote` for those that
/// leave this machine. In `.cargo/config.toml` it holds for every test:
///
/// ```toml
/// [env]
/// FASTROAI_DENY_REQUESTS = "1"
/// ```
///
/// ```
/// # use fastroai::prelude::*;
/// use fastroai::testing::without_requests;
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let runtime = Runtime::builder().key("openai", "sk-test-123").build();
/// let agent = Agent::builder().model("openai:gpt-4o-mini").build()?;
/// let error = without_requests(agent.run("Hello").on(&runtime)).await.unwrap_err();
/// assert!(error.to_string().contains("real requests are denied here"), "{error}");
/// # Ok(()) }
/// ```
pub fn without_requests<F: IntoFuture>(future: F) -> impl Future<Output = F::Output> {
    scoped(RequestPolicy::Deny, Box::pin(future.into_future()))
}

/// Runs a future, or a [`Call`](crate::Call), that may send requests although they are denied around
/// it: by [`deny_requests`], [`without_requests`], or the environment.
#[doc(alias = "ALLOW_MODEL_REQUESTS")]
pub fn allow_requests<F: IntoFuture>(future: F) -> impl Future<Output = F::Output> {
    scoped(RequestPolicy::Allow, Box::pin(future.into_future()))
}
