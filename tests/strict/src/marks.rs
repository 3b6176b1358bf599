//! Parameters with marks: defaults, limits, other names.

use std::collections::{BTreeMap, HashSet};

use fastroai::prelude::*;

/// In which order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// By title.
    Title,
    /// By author.
    Author,
}

const MOST: u32 = 10;

/// List the books.
#[safe_tool]
pub async fn list_books(
    #[tool(default = Order::Title)] order: Order,
    #[tool(default = MOST, range(1..=100))] most: u32,
    #[tool(default)] shelves: Vec<u32>,
    #[tool(default = "any")] word: String,
    author: Option<String>,
) -> String {
    format!("{order:?} {most} {shelves:?} {word} {author:?}")
}

/// Book seats.
#[safe_tool]
pub async fn book_seats(
    /// Where from, as in "LIS".
    #[tool(pattern = "^[A-Z]{3}$", example = "LIS", rename = "from")]
    airport: String,
    #[tool(range(1..=10), default = 1)] seats: u8,
    #[tool(length(1..=80))] name: String,
    #[tool(min = 0.5, max = 2.5, default = 1.0)] share: f64,
) -> String {
    format!("{airport} {seats} {name} {share}")
}

/// Sort things.
///
/// * `things` - what is sorted
/// * `weights` - how heavy they are
#[must_use]
#[safe_tool]
pub fn sort(
    #[tool(length(..=5))] things: HashSet<String>,
    weights: BTreeMap<String, u64>,
    #[tool(default = -1)] step: i64,
) -> Vec<String> {
    let mut sorted: Vec<String> = things.into_iter().collect();
    sorted.sort_by_key(|thing| weights.get(thing).copied().unwrap_or_default());
    if step < 0 {
        sorted.reverse();
    }
    sorted
}

/// You sort.
#[agent(model = "offline:demo", tools = [list_books, book_seats, sort], timeout = "60s")]
#[derive(Debug, Clone, Copy)]
pub struct Sorter;
