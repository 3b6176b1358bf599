//! A tool of which only the name, the schema and the limits are left.

use std::sync::Arc;

use fastroai_providers::ToolDefinition;
use futures_util::future::{FutureExt, ready};
use serde_json::Value;

use crate::tool::{
    Arguments, BoundTool, DynTool, RunContext, ToolFit, ToolFuture, ToolOptions, ToolReturn,
};

type Function = dyn Fn(Value) -> ToolReturn + Send + Sync;

/// What a tool gives in a test.
#[derive(Clone)]
pub(crate) struct Stub(Arc<Function>);

impl Stub {
    pub(crate) fn new(function: impl Fn(Value) -> ToolReturn + Send + Sync + 'static) -> Self {
        Self(Arc::new(function))
    }

    /// The tool, with this in the place of what it does.
    pub(super) fn over<'a>(&self, tool: BoundTool<'a>) -> BoundTool<'a> {
        BoundTool::from_dyn(Arc::new(Stubbed { tool, stub: self.clone() }))
    }
}

struct Stubbed<'a> {
    tool: BoundTool<'a>,
    stub: Stub,
}

impl DynTool for Stubbed<'_> {
    fn definition(&self) -> &Arc<ToolDefinition> {
        self.tool.definition()
    }

    fn options(&self) -> ToolOptions {
        self.tool.options()
    }

    fn call<'a>(&'a self, arguments: Arguments<'a>, _run: RunContext<'a>) -> ToolFuture<'a> {
        ready(arguments.parse().and_then(|arguments| (self.stub.0)(arguments))).boxed()
    }

    fn check_arguments(&self, arguments: Arguments<'_>) -> ToolFit {
        self.tool.check_arguments(arguments)
    }
}
