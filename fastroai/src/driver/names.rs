//! Whether the tools of a run can be told apart.

use std::collections::BTreeMap;

use super::Order;
use crate::error::ErrorKind;
use crate::run::OutputTool;
use crate::tool::check_name;

/// Providers refuse some names, and tools of one name cannot be told apart. `#[agent]` finds it
/// earlier; run-time tools end here.
pub(super) fn names_differ(order: &Order<'_>, outputs: &[OutputTool]) -> Result<(), ErrorKind> {
    if let Some(name) = &order.absent_tool {
        return Err(ErrorKind::Config(format!(
            "the call leaves out the tool `{}`, and the agent has none of that name: name one that it has",
            name.escape_debug()
        )));
    }
    let mut seen = BTreeMap::new();
    for (index, tool) in order.tools.iter().enumerate() {
        let name = tool.definition().name.as_str();
        if outputs.iter().any(|output| output.name == name) {
            return Err(ErrorKind::Config(format!(
                "a tool is called `{name}`, which is the name for typed answers: rename the tool"
            )));
        }
        check_name(name).map_err(ErrorKind::Config)?;
        if let Some(first) = seen.insert(name, index) {
            let source = |index: usize| match index.checked_sub(order.own_tools) {
                None => format!("number {} of the agent", index + 1),
                Some(place) => format!("number {} of the call", place + 1),
            };
            return Err(ErrorKind::Config(format!(
                "two tools are called `{name}`: {} and {}: rename one of them, or give its set a prefix",
                source(first),
                source(index)
            )));
        }
    }
    Ok(())
}
