//! Where a value was written.

use std::fmt;
use std::sync::Arc;

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// In a file: line and column, from 1.
    File { name: Arc<str>, line: u32, column: u32 },
    /// A file as a whole.
    Whole { name: Arc<str> },
    /// In a variable of the environment.
    Variable { name: Arc<str> },
    /// By the program.
    Program,
    /// Nobody wrote it: it is what holds otherwise.
    Default,
}

impl Place {
    pub(super) fn name(&self) -> Option<&str> {
        match self {
            Self::File { name, .. } | Self::Whole { name } | Self::Variable { name } => Some(name),
            Self::Program | Self::Default => None,
        }
    }

    pub(super) fn position(&self) -> Option<(u32, u32)> {
        match self {
            Self::File { line, column, .. } => Some((*line, *column)),
            _ => None,
        }
    }

    /// As a comment says it.
    pub(super) fn source(&self) -> String {
        match self {
            Self::File { name, line, .. } => format!("from {name}:{line}"),
            Self::Whole { name } => format!("from {name}"),
            Self::Variable { name } => format!("from the environment: {name}"),
            Self::Program => "from the program".to_owned(),
            Self::Default => "default".to_owned(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { name, line, column } => write!(f, "{name}:{line}:{column}"),
            Self::Whole { name } => f.write_str(name),
            Self::Variable { name } => write!(f, "in the environment, `{name}`"),
            Self::Program => f.write_str("set by the program"),
            Self::Default => f.write_str("by default"),
        }
    }
}

/// The lines of a text.
pub(super) struct Lines<'t> {
    name: Arc<str>,
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(name: &str, text: &'t str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let starts = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        Self { name: name.into(), text, starts }
    }

    /// The place of a byte.
    pub(super) fn place(&self, at: usize) -> Place {
        let line = self.starts.partition_point(|start| *start <= at);
        let start = line.checked_sub(1).and_then(|line| self.starts.get(line)).copied();
        let before = self.text.get(start.unwrap_or(0)..at.min(self.text.len()));
        let column = before.map_or(0, |before| before.chars().count()) + 1;
        let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Place::File { name: Arc::clone(&self.name), line: number(line), column: number(column) }
    }

    pub(super) fn whole(&self) -> Place {
        Place::Whole { name: Arc::clone(&self.name) }
    }
}
