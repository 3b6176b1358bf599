//! Tools under another name.

use std::sync::Arc;

use fastroai_providers::ToolDefinition;

use super::{Arguments, BoundTool, DynTool, RunContext, ToolFit, ToolFuture, ToolOptions};

struct Renamed<'a> {
    tool: BoundTool<'a>,
    definition: Arc<ToolDefinition>,
}

impl BoundTool<'_> {
    /// The same tool, with this before its name.
    #[must_use]
    pub fn prefixed(self, prefix: &str) -> Self {
        let name = format!("{prefix}{}", self.definition().name);
        self.renamed(name)
    }

    /// The same tool under another name.
    #[must_use]
    pub fn renamed(self, name: impl Into<String>) -> Self {
        let inner = self.definition();
        let definition =
            ToolDefinition::new(name, inner.description.clone(), inner.parameters.clone());
        Self::from_dyn(Arc::new(Renamed { definition: Arc::new(definition), tool: self }))
    }
}

impl DynTool for Renamed<'_> {
    fn definition(&self) -> &Arc<ToolDefinition> {
        &self.definition
    }

    fn options(&self) -> ToolOptions {
        self.tool.options()
    }

    fn is_agent(&self) -> bool {
        self.tool.is_agent()
    }

    fn call<'a>(&'a self, arguments: Arguments<'a>, run: RunContext<'a>) -> ToolFuture<'a> {
        self.tool.call(arguments, run)
    }

    fn check_arguments(&self, arguments: Arguments<'_>) -> ToolFit {
        self.tool.check_arguments(arguments)
    }
}

/// The same tools, with this before their names.
#[must_use]
pub fn prefixed<'a>(prefix: &str, tools: Vec<BoundTool<'a>>) -> Vec<BoundTool<'a>> {
    tools.into_iter().map(|tool| tool.prefixed(prefix)).collect()
}

/// All tools of an agent, from its entries.
#[must_use]
pub fn join<const N: usize>(entries: [Vec<BoundTool<'_>>; N]) -> Vec<BoundTool<'_>> {
    entries.into_iter().flatten().collect()
}
