//! What holds between the tools of one agent, asked while it is compiled.

use std::marker::PhantomData;
use std::time::Duration;

use super::needs::check_needs;
use super::{ToolInfo, ToolOptions, ToolsetInfo};
use crate::scope::MAX_DEPTH;
use crate::sentence::{Sentence, same_joined};

/// One entry of an agent's list.
pub struct Listed {
    /// As it is written there.
    pub shown: &'static str,
    /// What stands before its names.
    pub prefix: &'static str,
    /// Its names.
    pub names: &'static [&'static str],
    /// Its limits.
    pub options: &'static [ToolOptions],
    /// How many agents lie inside each other in it.
    pub depth: u32,
}

/// Holds what is known of a tool `T`, as `ToolFacts<fn() -> T>`; there is nothing where `T` is none.
///
/// What is no tool is told where it is bound to the agent, and need not be told here again. The
/// function keeps the compiler from reading the name of a mere function as a constant.
pub struct ToolFacts<T: ?Sized>(PhantomData<T>);

impl<T: ToolInfo> ToolFacts<fn() -> T> {
    /// Its names.
    pub const NAMES: &'static [&'static str] = T::NAMES;
    /// Its limits.
    pub const OPTIONS: &'static [ToolOptions] = &[T::OPTIONS];
    /// How many agents lie inside each other in it.
    pub const DEPTH: u32 = T::AGENTS_CALL_EACH_OTHER_IN_A_RING;
}

/// As [`ToolFacts`], of what a field holds.
pub struct ToolsetFacts<T: ?Sized>(PhantomData<T>);

impl<T: ToolsetInfo + ?Sized> ToolsetFacts<T> {
    /// Its names.
    pub const NAMES: &'static [&'static str] = T::NAMES;
    /// Its limits.
    pub const OPTIONS: &'static [ToolOptions] = T::OPTIONS;
    /// How many agents lie inside each other in it.
    pub const DEPTH: u32 = T::AGENTS_CALL_EACH_OTHER_IN_A_RING;
}

/// Nothing is known: an inherent constant of the same name wins where there is one.
pub trait NoFacts {
    /// None.
    const NAMES: &'static [&'static str] = &[];
    /// None.
    const OPTIONS: &'static [ToolOptions] = &[];
    /// None.
    const DEPTH: u32 = 0;
}

impl<T: ?Sized> NoFacts for ToolFacts<T> {}
impl<T: ?Sized> NoFacts for ToolsetFacts<T> {}

/// How many agents lie inside each other in an agent that lists these.
#[must_use]
pub const fn depth<const N: usize>(inner: [u32; N]) -> u32 {
    let (mut most, mut index) = (0, 0);
    while index < N {
        if inner[index] > most {
            most = inner[index];
        }
        index += 1;
    }
    most + 1
}

/// As [`check_entry`], of every entry.
///
/// # Panics
/// While the agent is compiled, with what to write.
#[track_caller]
pub const fn check_entries(list: &[Listed], agent: Option<Duration>, grants: Option<&[&str]>) {
    let mut index = 0;
    while index < list.len() {
        check_entry(list, index, agent, grants);
        index += 1;
    }
}

/// Refuses an entry of which an earlier one has a name, whose names or times are too long, or whose
/// tools need what the agent is not granted, where its grants are known.
///
/// # Panics
/// While the agent is compiled, with what to write.
#[track_caller]
pub const fn check_entry(
    list: &[Listed],
    index: usize,
    agent: Option<Duration>,
    grants: Option<&[&str]>,
) {
    let entry = &list[index];
    let mut name = 0;
    while name < entry.names.len() {
        check_length(entry, entry.names[name]);
        name += 1;
    }
    let mut earlier = 0;
    while earlier < index {
        check_names(&list[earlier], entry);
        earlier += 1;
    }
    if let Some(agent) = agent {
        let mut tool = 0;
        while tool < entry.options.len() {
            check_timeout(entry.options[tool], entry.shown, agent);
            tool += 1;
        }
    }
    if let Some(grants) = grants {
        check_needs(entry, grants);
    }
    if entry.depth >= MAX_DEPTH {
        Sentence::new("with `")
            .and(entry.shown)
            .and("` more agents call each other than a run may hold inside each other")
            .and("\nhelp: let fewer agents stand between the first and the last")
            .panic();
    }
}

#[track_caller]
const fn check_length(entry: &Listed, name: &str) {
    if !entry.prefix.is_empty() && entry.prefix.len() + name.len() > NAME_LIMIT {
        Sentence::new("the tool name `")
            .and(entry.prefix)
            .and(name)
            .and("` is longer than the 64 characters that providers accept")
            .and("\nhelp: shorten the prefix, or the name with `#[safe_tool(name = \"…\")]`")
            .panic();
    }
}

#[track_caller]
const fn check_names(earlier: &Listed, entry: &Listed) {
    let mut first = 0;
    while first < entry.names.len() {
        let name = entry.names[first];
        let mut second = 0;
        while second < earlier.names.len() {
            if same_joined(entry.prefix, name, earlier.prefix, earlier.names[second]) {
                Sentence::new("two tools of this agent are called `")
                    .and(entry.prefix)
                    .and(name)
                    .and("`: `")
                    .and(earlier.shown)
                    .and("` and `")
                    .and(entry.shown)
                    .and("`\nhelp: rename one of them with `#[safe_tool(name = \"…\")]`, or write `prefix(\"…\", ")
                    .and(entry.shown)
                    .and(")`")
                    .panic();
            }
            second += 1;
        }
        first += 1;
    }
}

/// A tool that says nothing of its time is let through: the run's own time ends it.
#[track_caller]
const fn check_timeout(tool: ToolOptions, name: &str, agent: Duration) {
    let given = tool.timeout.as_millis();
    let says_nothing =
        given == ToolOptions::DEFAULT.timeout.as_millis() || given == Duration::MAX.as_millis();
    if given > agent.as_millis() && !says_nothing {
        Sentence::new("one attempt of `")
            .and(name)
            .and("` may take longer than the whole agent is given")
            .and("\nhelp: raise the agent's `timeout`, or lower the tool's")
            .panic();
    }
}

/// The most characters that providers accept in a name.
const NAME_LIMIT: usize = 64;

/// Refuses a name that providers refuse, with what to write.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    let mut chars = name.chars();
    let taken = chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && name.len() <= NAME_LIMIT
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if taken {
        return Ok(());
    }
    Err(format!(
        "providers refuse the tool name `{}`: write letters, digits, `_` and `-`, at most {NAME_LIMIT}, no digit or `-` first",
        name.escape_debug()
    ))
}
