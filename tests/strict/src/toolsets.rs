//! Methods as tools, of types with and without parameters.

use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};

use fastroai::prelude::*;

/// What is planned.
#[derive(Debug, Default)]
pub struct Calendar {
    entries: Mutex<Vec<String>>,
}

#[toolset]
impl Calendar {
    /// What is planned on a day.
    #[safe_tool(effect = read_only)]
    pub async fn find_entries(&self, day: String, #[context] names: &[String]) -> Vec<String> {
        let entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.iter().filter(|entry| entry.starts_with(&day)).chain(names).cloned().collect()
    }

    /// Note something down.
    #[safe_tool]
    pub async fn add_entry(&self, day: String, #[tool(default = "all day")] what: String) -> usize {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.push(format!("{day} {what}"));
        entries.len()
    }

    /// What day it is.
    #[safe_tool]
    pub async fn today(&self) -> &'static str {
        "Monday"
    }
}

/// Names that are looked up on a thread of their own.
#[derive(Debug, Clone)]
pub struct Names(pub Arc<[String]>);

#[toolset]
impl Names {
    /// Count the names.
    #[safe_tool]
    #[tracing::instrument(skip(self))]
    pub fn count_names(&self, #[context] run: RunContext<'_>) -> usize {
        self.0.len() + run.turn() as usize
    }
}

/// Shelves of anything.
#[derive(Debug, Clone, Copy)]
pub struct Shelves<'a, T, const N: usize> {
    /// The shelves.
    pub shelves: &'a [T; N],
}

#[toolset]
impl<T: Display + Sync, const N: usize> Shelves<'_, T, N> {
    /// What stands on a shelf.
    #[safe_tool(name = "on_shelf")]
    pub async fn look(&self, #[tool(min = 0)] place: usize) -> Option<String> {
        self.shelves.get(place).map(ToString::to_string)
    }
}

/// You keep two calendars.
#[agent(
    model = "offline:demo",
    prefix = "my_",
    tools = [self.home, prefix("work_", self.work), self.names]
)]
#[derive(Debug)]
pub struct Secretary {
    home: Calendar,
    work: Arc<Calendar>,
    names: Names,
    all: Arc<[String]>,
}

/// You keep shelves.
#[agent(model = "offline:demo", tools = [self.shelves])]
#[derive(Debug, Clone, Copy)]
pub struct Keeper<'a, T: Display + Sync + Send> {
    /// What it keeps.
    pub shelves: Shelves<'a, T, 2>,
}

impl Secretary {
    /// One with nothing planned.
    #[must_use]
    pub fn new(names: &[String]) -> Self {
        Self {
            home: Calendar::default(),
            work: Arc::default(),
            names: Names(names.into()),
            all: names.into(),
        }
    }
}
