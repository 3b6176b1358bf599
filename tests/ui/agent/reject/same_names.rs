use fastroai::prelude::*;

/// Find a book.
#[safe_tool(name = "find")]
async fn find_book(title: String) -> String {
    title
}

/// Find a reader.
#[safe_tool(name = "find")]
async fn find_reader(name: String) -> String {
    name
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book, find_reader])]
struct Librarian;

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book, find_book])]
struct Twice;

fn main() {}
