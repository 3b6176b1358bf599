use fastroai::prelude::*;

/// Find a book.
#[safe_tool(shade = "dark")]
async fn find_book(title: String) -> String {
    title
}

/// Lend a book.
#[safe_tool(retries = 3)]
async fn lend_book(title: String) -> String {
    title
}

fn main() {}
