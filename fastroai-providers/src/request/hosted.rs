//! Tools that the provider runs itself.

use std::fmt;

use serde_json::{Map, Value};

use super::Request;
use crate::error::ModelError;

/// A tool that a provider runs itself (a search, a sandbox), in the provider's own words.
///
/// It goes to that provider as it is, among the tools, and a request that would take it to another
/// one is refused. What it did comes back as [`Part::Provider`](crate::Part::Provider).
///
/// ```
/// use fastroai_providers::HostedTool;
/// use serde_json::json;
/// let search = json!({"type": "web_search_20250305", "name": "web_search", "max_uses": 3});
/// let search = HostedTool::new("anthropic", search);
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct HostedTool {
    /// The provider that runs it, as in `provider:model`.
    pub provider: String,
    /// What is sent: a JSON object.
    pub raw: Value,
}

impl HostedTool {
    /// A tool that this provider runs, as it is to be sent.
    pub fn new(provider: impl Into<String>, raw: Value) -> Self {
        Self { provider: provider.into(), raw }
    }
}

impl fmt::Debug for HostedTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It may hold a key for what the tool reaches.
        f.debug_struct("HostedTool").field("provider", &self.provider).finish_non_exhaustive()
    }
}

impl<'a> Request<'a> {
    /// The hosted tools, on a wire to this provider.
    pub(crate) fn hosted_by(&self, provider: &str) -> Result<Vec<Hosted<'a>>, ModelError> {
        let tool = |tool: &'a HostedTool| match &tool.raw {
            _ if tool.provider != provider => Err(ModelError::config(format!(
                "a hosted tool of `{}` cannot be sent to `{}`: leave it out, or ask a model there",
                tool.provider.escape_debug(),
                provider.escape_debug(),
            ))),
            Value::Object(raw) => Ok(Hosted(raw)),
            _ => Err(ModelError::config("a hosted tool is no JSON object")),
        };
        self.hosted_tools.iter().map(tool).collect()
    }
}

/// A hosted tool that may be sent.
#[derive(Clone, Copy, serde::Serialize)]
#[serde(transparent)]
pub(crate) struct Hosted<'a>(&'a Map<String, Value>);

impl Hosted<'_> {
    /// Whether the model calls it by this name.
    pub(crate) fn is_named(self, name: &str) -> bool {
        self.0.get("name").is_some_and(|own| own == name)
    }
}
