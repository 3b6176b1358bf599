//! What a tool gives back, whatever its function returns.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;
use tokio::task::AbortHandle;

use super::error::{ToolError, ToolFailure};
use super::reply::ToolReply;
use crate::telemetry::events;

/// What the model is given of a tool, or why there is nothing to give.
pub type ToolReturn = Result<ToolReply, ToolError>;

/// The values that a tool may return.
#[diagnostic::on_unimplemented(
    message = "a tool cannot return `{Self}`",
    label = "`{Self}` cannot be shown to the model",
    note = "add `#[derive(serde::Serialize)]` to `{Self}`, or to what is inside of it; or return a `String`"
)]
pub trait ToolOutput {
    /// Writes the value for the model: texts as they are, other values as JSON.
    ///
    /// JSON has no word for NaN and the infinities: the model reads `null` for such a float. A tool
    /// that may come upon one says so itself, with an `Option` or an error.
    ///
    /// # Errors
    /// The serialiser's own.
    fn to_reply(&self) -> ToolReturn;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize> ToolOutput for T {
    fn to_reply(&self) -> ToolReturn {
        let json = serde_json::to_string(self).map_err(ToolError::new)?;
        if json.starts_with('"') {
            serde_json::from_str::<String>(&json).map(ToolReply::from).map_err(ToolError::new)
        } else {
            Ok(json.into())
        }
    }
}

#[diagnostic::do_not_recommend]
impl ToolOutput for ToolReply {
    fn to_reply(&self) -> ToolReturn {
        Ok(self.clone())
    }
}

/// Writes a tool's value for the model: texts as they are, other values as JSON.
///
/// # Errors
/// The tool's own error, or the serialiser's.
pub fn reply<T: ToolOutput, E: ToolFailure>(returned: Result<T, E>) -> ToolReturn {
    returned.map_err(ToolFailure::into_tool_error)?.to_reply()
}

/// A function's return value before it is known whether it is a `Result`.
///
/// `Returned(value).split()` is the value itself where it is a `Result`, under whatever name, and
/// `Ok(value)` where it is not (with [`WithoutError`] in scope).
pub struct Returned<R>(pub R);

impl<T, E> Returned<Result<T, E>> {
    /// The result.
    ///
    /// # Errors
    /// The function's own.
    pub fn split(self) -> Result<T, E> {
        self.0
    }
}

/// Makes `split` work for values that are no `Result`.
pub trait WithoutError {
    /// The value.
    type Value;
    /// The value, as a result without errors.
    ///
    /// # Errors
    /// None.
    fn split(self) -> Result<Self::Value, Infallible>;
}

impl<T> WithoutError for Returned<T> {
    type Value = T;
    fn split(self) -> Result<T, Infallible> {
        Ok(self.0)
    }
}

/// Runs a function that blocks on the pool of blocking threads, inside the run's scope.
///
/// A thread cannot be stopped: where the call's time is up first, a function that has begun goes
/// on, its place in the pool stays taken until it ends, and the trace says so. One that has not
/// begun never does.
///
/// # Errors
/// As the function; a panic goes on in the caller, where the run catches it.
pub async fn blocking<F, R>(function: F) -> ToolReturn
where
    F: FnOnce() -> Result<R, ToolError> + Send + 'static,
    R: Into<ToolReply>,
{
    let permit = crate::scope::blocking_permit().await;
    let begun = Arc::new(AtomicBool::new(false));
    let begins = Arc::clone(&begun);
    let running = crate::scope::spawn_blocking(move || {
        let _permit = permit;
        begins.store(true, Ordering::Release);
        function().map(Into::into)
    });
    let mut watch = Abandoned(Some((running.abort_handle(), begun)));
    let returned = running.await;
    watch.0 = None;
    match returned {
        Ok(returned) => returned,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(error) => Err(ToolError::new(error)),
    }
}

/// Says so when a blocking call is given up while its function goes on.
struct Abandoned(Option<(AbortHandle, Arc<AtomicBool>)>);

impl Drop for Abandoned {
    fn drop(&mut self) {
        let Some((handle, begun)) = &self.0 else { return };
        handle.abort();
        if begun.load(Ordering::Acquire) {
            events::blocking_tool_abandoned();
        }
    }
}
