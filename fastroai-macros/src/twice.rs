//! Attributes of ours above each other.

use quote::ToTokens;
use syn::Attribute;

use crate::report::Report;

/// Takes off what is written a second time, and reports it: it would expand to the same names.
pub(crate) fn remove(attributes: &mut Vec<Attribute>, name: &str, report: &mut Report) {
    attributes.retain(|attribute| {
        let is_second = is(attribute, name);
        if is_second {
            report.at(attribute, format!("`#[{name}]` is written twice: remove one"));
        }
        !is_second
    });
}

/// Takes `#[safe_tool]` off an agent function, and reports it.
pub(crate) fn remove_tool(attributes: &mut Vec<Attribute>, report: &mut Report) {
    attributes.retain(|attribute| {
        let is_tool = is(attribute, "safe_tool");
        if is_tool {
            report.at(attribute, TOOL_AND_AGENT);
        }
        !is_tool
    });
}

/// Whether it is an agent's as well, which is reported.
pub(crate) fn is_agent(attributes: &[Attribute], report: &mut Report) -> bool {
    let agent = attributes.iter().find(|attribute| is(attribute, "agent"));
    if let Some(agent) = agent {
        report.at(agent.to_token_stream(), TOOL_AND_AGENT);
    }
    agent.is_some()
}

const TOOL_AND_AGENT: &str = "an agent function is a tool by itself: remove `#[safe_tool]`, and \
                              write `description = \"…\"` in `#[agent(…)]`";

fn is(attribute: &Attribute, name: &str) -> bool {
    let path = attribute.path();
    let first = path.segments.first().map(|first| first.ident.to_string());
    // Of one segment or of this crate: others may have attributes of these names.
    path.segments.last().is_some_and(|last| last.ident == name)
        && (path.segments.len() == 1 || first.as_deref() == Some("fastroai"))
}
