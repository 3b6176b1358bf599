use fastroai::prelude::*;

mod shelves {
    /// Find a book.
    #[fastroai::safe_tool]
    pub async fn find_book(title: String) -> String {
        title
    }
}

/// Lend a book.
#[safe_tool]
async fn lend_book(title: String) -> String {
    title
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [&lend_book, Box::new(lend_book), |title| title])]
struct Forms;

/// You keep a library.
#[agent(model = "offline:demo", tools = vec![lend_book])]
struct Vector;

/// You keep a library.
#[agent(model = "offline:demo", tools(lend_book, shelves::find_book))]
struct Parentheses;

/// You keep a library.
#[agent(model = "offline:demo", tools = "lend_book")]
struct Quoted;

/// You keep a library.
#[agent(model = "offline:demo", tools = [shelves::find_bok, lend_bok])]
struct Slips;

use shelves::find_book as other;

/// You keep a library.
#[agent(model = "offline:demo", tools = [shelves::find_book, other])]
struct SameUnderTwoNames;

/// You keep a library.
#[agent(model = "offline:demo", tools = [lend_book, crate::lend_book])]
struct SameUnderTwoPaths;

fn main() {}
