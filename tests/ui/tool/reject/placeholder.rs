use fastroai::prelude::*;

/// Find a book.
#[safe_tool(on_error = "it failed: {err}", on_timeout = "no answer after {time}")]
async fn find_book(title: String) -> String {
    title
}

/// Lend a book.
#[safe_tool(on_error = "")]
async fn lend_book(title: String) -> String {
    title
}

fn main() {}
