//! A tool together with the agent that lends it what it needs.

use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use fastroai_providers::ToolDefinition;

use super::{Arguments, RunContext, Tool, ToolError, ToolFit, ToolFuture, ToolInfo, ToolOptions};

/// A tool that needs nothing more to be called.
pub trait DynTool: Send + Sync {
    /// What a model sees of it.
    fn definition(&self) -> &Arc<ToolDefinition>;

    /// Its limits.
    fn options(&self) -> ToolOptions;

    /// Decodes the arguments and runs it once.
    fn call<'a>(&'a self, arguments: Arguments<'a>, run: RunContext<'a>) -> ToolFuture<'a>;

    /// Whether these arguments fit, without running it; see [`Tool::check_arguments`].
    ///
    /// # Errors
    /// What the model is to correct, as a [`ToolError::retry`](super::ToolError::retry).
    fn check_arguments(&self, arguments: Arguments<'_>) -> ToolFit {
        arguments.check()
    }

    /// Whether it is an agent: what it is asked and what it answers are a model's words.
    #[doc(hidden)]
    fn is_agent(&self) -> bool {
        false
    }
}

/// A tool in an agent's list: a function bound to the agent, or a tool made at run time.
#[derive(Clone)]
pub struct BoundTool<'a>(Arc<dyn DynTool + 'a>);

impl<'a> BoundTool<'a> {
    /// The tool `T`, lent what it needs by `agent`.
    pub fn new<T: Tool<A> + 'static, A: Sync + ?Sized>(agent: &'a A) -> Self {
        Self(Arc::new(Borrowing::<T, A> { agent, tool: PhantomData }))
    }

    /// A tool made at run time.
    pub fn from_dyn(tool: Arc<dyn DynTool + 'a>) -> Self {
        Self(tool)
    }

    /// Whether these arguments fit. One that panics over them says no.
    pub(crate) fn fits(&self, json: &str) -> ToolFit {
        let check = || self.check_arguments(Arguments::new(json));
        let panicked = |_| Err(ToolError::new("the tool panicked when it read its arguments"));
        catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(panicked)
    }

    pub(super) fn into_dyn(self) -> Arc<dyn DynTool + 'a> {
        self.0
    }
}

impl<'a> std::ops::Deref for BoundTool<'a> {
    type Target = dyn DynTool + 'a;
    fn deref(&self) -> &Self::Target {
        &*self.0
    }
}

impl fmt::Debug for BoundTool<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BoundTool").field(&self.definition().name).finish()
    }
}

struct Borrowing<'a, T, A: ?Sized> {
    agent: &'a A,
    tool: PhantomData<fn() -> T>,
}

impl<T: Tool<A>, A: Sync + ?Sized> DynTool for Borrowing<'_, T, A> {
    fn definition(&self) -> &Arc<ToolDefinition> {
        <T as ToolInfo>::definition()
    }

    fn options(&self) -> ToolOptions {
        T::OPTIONS
    }

    fn call<'a>(&'a self, arguments: Arguments<'a>, run: RunContext<'a>) -> ToolFuture<'a> {
        T::call(self.agent, arguments, run)
    }

    fn check_arguments(&self, arguments: Arguments<'_>) -> ToolFit {
        T::check_arguments(arguments)
    }
}
