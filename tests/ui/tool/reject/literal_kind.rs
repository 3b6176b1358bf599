use fastroai::prelude::*;

/// Find a book.
#[safe_tool(name = 7, description = true, attempts = "two", effect = "read_only", sequential = 1, timeout = true)]
async fn find_book(title: String) -> String {
    title
}

fn main() {}
