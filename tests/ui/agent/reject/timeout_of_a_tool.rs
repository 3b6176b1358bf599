use fastroai::prelude::*;

/// Find a book.
#[safe_tool(timeout = "2min")]
async fn find_book(title: String) -> String {
    title
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book], timeout = "1m30s")]
struct Librarian;

fn main() {}
