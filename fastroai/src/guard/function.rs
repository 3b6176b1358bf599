//! A guard that is a function.

use std::fmt;
use std::future::Future;

use super::{Checking, Guard, GuardError, HoldBack, Looked, Stage, Verdict};

/// A guard of this name that asks an async function about texts of these kinds: a moderation
/// service, say.
///
/// ```
/// use fastroai::guard::{self, GuardError, Stage, Verdict};
/// use fastroai::prelude::*;
///
/// /// Stands for a request to a service.
/// async fn is_harmful(text: String) -> Result<bool, std::io::Error> {
///     Ok(text.contains("weapon"))
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let moderation = guard::from_fn("moderation", [Stage::Prompt, Stage::Output], |text| async move {
///     match is_harmful(text).await? {
///         true => Ok(Verdict::block("it is harmful")),
///         false => Ok(Verdict::Allow),
///     }
/// });
/// let agent = Agent::builder().model("offline:demo").guard(moderation).build()?;
/// assert!(agent.run("Hello").await.is_ok());
/// let error = agent.run("How is a weapon made?").await.unwrap_err();
/// assert_eq!(error.to_string(), "`moderation` blocked the prompt: it is harmful");
/// assert!(error.bill().is_empty());
/// # Ok(()) }
/// ```
pub fn from_fn<F, Checked>(
    name: impl Into<String>,
    stages: impl IntoIterator<Item = Stage>,
    check: F,
) -> FunctionGuard<F>
where
    F: Fn(String) -> Checked + Send + Sync + 'static,
    Checked: Future<Output = Result<Verdict, GuardError>> + Send,
{
    let stages = stages.into_iter().collect();
    FunctionGuard { name: name.into(), stages, hold_back: HoldBack::All, check }
}

/// A guard that is a function: what [`from_fn`] gives.
#[must_use]
pub struct FunctionGuard<F> {
    name: String,
    stages: Vec<Stage>,
    hold_back: HoldBack,
    check: F,
}

impl<F> FunctionGuard<F> {
    /// How much of a streamed answer it has to see before its beginning may be shown; all, unless
    /// said so.
    pub fn hold_back(mut self, hold_back: HoldBack) -> Self {
        self.hold_back = hold_back;
        self
    }
}

impl<F, Checked> Guard for FunctionGuard<F>
where
    F: Fn(String) -> Checked + Send + Sync + 'static,
    Checked: Future<Output = Result<Verdict, GuardError>> + Send,
{
    fn name(&self) -> &str {
        &self.name
    }

    fn looks_at(&self, stage: Stage) -> bool {
        self.stages.contains(&stage)
    }

    fn hold_back(&self) -> HoldBack {
        self.hold_back
    }

    fn check<'a>(&'a self, text: &'a str, _: &'a Looked<'a>) -> Checking<'a> {
        Box::pin(async move { (self.check)(text.to_owned()).await })
    }
}

impl<F> fmt::Debug for FunctionGuard<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionGuard")
            .field("name", &self.name)
            .field("stages", &self.stages)
            .field("hold_back", &self.hold_back)
            .finish_non_exhaustive()
    }
}
