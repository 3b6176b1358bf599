//! Functions: async and blocking, with and without arguments, context and results.

use std::convert::Infallible;
use std::fmt;

use fastroai::prelude::*;

/// What the library holds.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    pub(crate) titles: Vec<String>,
}

/// A book that is not there.
#[derive(Debug, Clone, Copy)]
pub struct Lost;

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no such book")
    }
}

/// The book of the day.
#[safe_tool]
pub async fn of_the_day() -> &'static str {
    "Emma"
}

/// Find a book.
#[safe_tool(effect = read_only, timeout = "10s", attempts = 3)]
pub async fn find_book(title: String, #[context] catalogue: &Catalogue) -> Option<String> {
    catalogue.titles.iter().find(|found| **found == title).cloned()
}

/// Count the books.
#[must_use]
#[safe_tool]
pub fn count_books(#[context] catalogue: &Catalogue) -> usize {
    catalogue.titles.len()
}

/// Lend a book.
///
/// # Errors
/// Where there is none of that title.
#[safe_tool(on_error = "not lent: {error}", on_timeout = "the desk is closed")]
pub async fn lend_book(title: String, #[context] catalogue: &Catalogue) -> Result<String, Lost> {
    if catalogue.titles.contains(&title) { Ok(title) } else { Err(Lost) }
}

/// Take a book back.
///
/// # Errors
/// Never.
#[must_use]
#[safe_tool(sequential, corrections = 4)]
pub fn return_book(title: String) -> Result<bool, Infallible> {
    Ok(!title.is_empty())
}

/// Whether a book is back.
#[safe_tool(polling, effect = read_only)]
pub async fn is_back(title: String, #[context] run: RunContext<'_>) -> bool {
    title.len() > run.turn() as usize
}

/// Where the run is.
#[safe_tool(cost = "$0.001")]
pub async fn turn(#[context] run: &RunContext<'_>) -> u32 {
    run.turn()
}

/// The run, on another thread.
#[must_use]
#[safe_tool]
pub fn attempt(#[context] run: RunContext<'_>) -> u32 {
    run.attempt()
}

fn by_length(_: &str, result: &str) -> Cost {
    Cost::from_picodollars(result.len() as u64)
}

/// Read a page out.
#[safe_tool(name = "read-out", description = "Reads a page.", cost = by_length, type = ReadOut)]
pub async fn read_out(page: u32) -> String {
    page.to_string()
}

#[derive(Debug, Clone, Copy, serde::Serialize)]
pub(crate) struct Shelf {
    pub(crate) number: u32,
}

/// What only this crate knows.
#[safe_tool]
pub(crate) async fn shelf_of(title: String) -> Shelf {
    Shelf { number: title.len().try_into().unwrap_or(u32::MAX) }
}

/// You keep a library.
#[agent(
    model = "offline:demo",
    tools = [
        of_the_day, find_book, count_books, lend_book, return_book, is_back, turn, attempt, ReadOut,
        shelf_of,
    ]
)]
#[derive(Debug, Clone)]
pub struct Librarian {
    /// What it lends to its tools.
    pub catalogue: Catalogue,
}
