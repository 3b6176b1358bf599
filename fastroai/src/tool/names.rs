//! What holds between the tools of one agent, asked while it is compiled.

use std::time::Duration;

use super::ToolOptions;
use crate::sentence::{Sentence, same};

/// Refuses a tool of which an earlier one in the list has the name.
///
/// # Panics
/// While the agent is compiled, with both tools and what to write.
#[track_caller]
pub const fn check_names(tools: &[(&[&str], &str)], index: usize) {
    let (names, tool) = tools[index];
    let mut earlier = 0;
    while earlier < index {
        let (taken, other) = tools[earlier];
        let mut first = 0;
        while first < names.len() {
            let mut second = 0;
            while second < taken.len() {
                if same(names[first], taken[second]) {
                    Sentence::new("two tools of this agent are called `")
                        .and(names[first])
                        .and("`: `")
                        .and(other)
                        .and("` and `")
                        .and(tool)
                        .and("`\nhelp: rename one of them with `#[safe_tool(name = \"…\")]`")
                        .panic();
                }
                second += 1;
            }
            first += 1;
        }
        earlier += 1;
    }
}

/// Refuses a tool of which one attempt may outlast its agent.
///
/// A tool that says nothing of its time is let through: the run's own time ends it.
///
/// # Panics
/// While the agent is compiled, with what to write.
#[track_caller]
pub const fn check_timeout(tool: ToolOptions, name: &str, agent: Duration) {
    let given = tool.timeout.as_millis();
    let says_nothing = given == ToolOptions::DEFAULT.timeout.as_millis()
        || given == ToolOptions::OF_AGENT.timeout.as_millis();
    if given > agent.as_millis() && !says_nothing {
        Sentence::new("one attempt of `")
            .and(name)
            .and("` may take longer than the whole agent is given")
            .and("\nhelp: raise the agent's `timeout`, or lower the tool's")
            .panic();
    }
}
