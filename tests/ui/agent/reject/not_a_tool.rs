use fastroai::prelude::*;

/// Find a book.
#[safe_tool]
async fn find_book(title: String) -> String {
    title
}

async fn lend_book(title: String) -> String {
    title
}

struct Shelf;

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_bok], timeout = "60s")]
struct Misspelt;

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book, lend_book])]
struct NoAttribute;

/// You keep a library.
#[agent(model = "offline:demo", tools = [Shelf])]
struct NoFunction;

/// You keep a library.
#[agent(model = "offline:demo", tools = ["find_book", find_book(), self.shelf])]
struct NoNames;

/// You keep a library.
#[agent(model = "offline:demo", tools = find_book)]
struct NoList;

fn main() {}
