//! Which tools a request offers.

use std::sync::Arc;

use fastroai_providers::ToolDefinition;

/// The tools that a request offers, for a function that prepares them: it may hide some and describe
/// them otherwise. It cannot add or rename any, so that no name can clash.
///
/// A tool that is hidden does not exist for that request: a model that calls it all the same is told
/// so, and nothing runs.
///
/// ```
/// use fastroai::prelude::*;
/// use fastroai::tool::FunctionTool;
/// # #[derive(serde::Deserialize, JsonSchema)] struct Order { id: String }
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let refund = FunctionTool::new("refund", "Pays an order back.", |order: Order, _run| async move {
///     Ok::<_, std::convert::Infallible>(order.id)
/// });
/// let agent = Agent::builder()
///     .model("offline:demo")
///     .tool(refund)
///     .prepare_tools(|turn, offer| {
///         if turn.metadata().get("role").is_none_or(|role| role != "staff") {
///             offer.hide("refund");
///         }
///     })
///     .build()?;
/// let answer = agent.run("Pay it back.").metadata("role", "guest").await?;
/// assert!(answer.tool_calls.is_empty());
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct ToolOffer(Vec<Arc<ToolDefinition>>);

impl ToolOffer {
    pub(crate) fn new(tools: Vec<Arc<ToolDefinition>>) -> Self {
        Self(tools)
    }

    pub(crate) fn into_tools(self) -> Vec<Arc<ToolDefinition>> {
        self.0
    }

    /// The tools that are on offer.
    pub fn iter(&self) -> impl Iterator<Item = &ToolDefinition> {
        self.0.iter().map(|tool| &**tool)
    }

    /// Hides all tools for which this is false.
    pub fn retain(&mut self, mut keep: impl FnMut(&ToolDefinition) -> bool) {
        self.0.retain(|tool| keep(tool));
    }

    /// Hides a tool, and says whether it was on offer.
    pub fn hide(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.retain(|tool| tool.name != name);
        self.0.len() < before
    }

    /// Describes a tool otherwise, and says whether it is on offer.
    pub fn describe(&mut self, name: &str, description: impl Into<String>) -> bool {
        let Some(tool) = self.0.iter_mut().find(|tool| tool.name == name) else { return false };
        let tool = Arc::make_mut(tool);
        tool.description = description.into();
        true
    }
}
