//! What tools cost that the provider runs: which of them have a fee, and how often they may run.

use fastroai_providers::{HostedTool, Request};
use serde_json::Value;

use crate::money::Cost;
use crate::money::prices::Tariff;

/// What a use of a hosted tool costs beside its tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fee {
    /// Nothing.
    Free,
    /// It is called by the program, as other tools are: the provider does nothing.
    Local,
    /// A fee for each search, which is counted in the usage.
    WebSearch,
    /// The same for files that the provider stores.
    FileSearch,
    /// By the hour, by the session, or nobody knows: no usage tells of it.
    Unreported,
}

/// Fields of the body that have the provider search, at a fee that no usage tells of.
const SEARCHING_FIELDS: [&str; 3] = ["plugins", "search_parameters", "web_search_options"];

impl Fee {
    fn of(tool: &HostedTool) -> Self {
        let kind = tool.raw.get("type").and_then(Value::as_str).unwrap_or_default();
        match (tool.provider.as_str(), kind) {
            // <https://platform.claude.com/docs/en/about-claude/pricing#specific-tool-pricing>
            ("anthropic", kind) if kind.starts_with("web_search_") => Self::WebSearch,
            ("anthropic", kind) if kind.starts_with("web_fetch_") => Self::Free,
            ("anthropic", kind)
                if ["bash_", "computer_", "memory_", "text_editor_"]
                    .iter()
                    .any(|name| kind.starts_with(name)) =>
            {
                Self::Local
            }
            // <https://developers.openai.com/api/docs/pricing#built-in-tools>
            ("openai" | "openai-responses", kind) if kind.starts_with("web_search") => {
                Self::WebSearch
            }
            ("openai" | "openai-responses", "file_search") => Self::FileSearch,
            // <https://developers.openai.com/api/docs/guides/tools-connectors-mcp>
            ("openai" | "openai-responses", "mcp") => Self::Free,
            _ => Self::Unreported,
        }
    }
}

/// Whether a request has something done for it whose fee no usage tells of.
pub(crate) fn has_unreported_fees(request: &Request<'_>) -> bool {
    let fields = &request.settings.extra_body;
    request.hosted_tools.iter().any(|tool| Fee::of(tool) == Fee::Unreported)
        || SEARCHING_FIELDS.iter().any(|field| fields.contains_key(*field))
}

/// Why nobody can say what hosted tools may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Boundless {
    /// A use has no known fee.
    Fee,
    /// Nothing limits how often it is used.
    Uses,
}

/// The most that a request's hosted tools can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bound {
    /// How often all of them together can be used, each time of which the model reads on.
    pub(super) uses: u64,
    /// What that costs in fees, at most.
    pub(super) fees: Cost,
}

/// Bounds the hosted tools of a request, by the limits that their provider keeps: `max_uses` of a
/// tool at Anthropic, and `max_tool_calls` of a request at OpenAI.
pub(super) fn bound(request: &Request<'_>, tariff: &Tariff) -> Result<Bound, Boundless> {
    let mut bound = Bound { uses: 0, fees: Cost::ZERO };
    let together = request.settings.extra_body.get("max_tool_calls").and_then(Value::as_u64);
    let mut dearest = Cost::ZERO;
    for tool in request.hosted_tools {
        let fee = match Fee::of(tool) {
            Fee::Local => continue,
            Fee::Free => Some(Cost::ZERO),
            Fee::WebSearch => tariff.web_search,
            Fee::FileSearch => tariff.file_search,
            Fee::Unreported => None,
        };
        let fee = fee.ok_or(Boundless::Fee)?;
        if tool.provider == "anthropic" {
            let uses = tool.raw.get("max_uses").and_then(Value::as_u64);
            let uses = uses.ok_or(Boundless::Uses)?;
            bound.uses = bound.uses.saturating_add(uses);
            let fees = fee.checked_mul(uses).unwrap_or(Cost::MAX);
            bound.fees = bound.fees.saturating_add(fees);
        } else {
            bound.uses = together.ok_or(Boundless::Uses)?;
            dearest = dearest.max(fee);
        }
    }
    let together = dearest.checked_mul(together.unwrap_or(0)).unwrap_or(Cost::MAX);
    bound.fees = bound.fees.saturating_add(together);
    Ok(bound)
}
