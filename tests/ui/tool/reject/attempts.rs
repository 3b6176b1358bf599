use fastroai::prelude::*;

/// Find a book.
#[safe_tool(effect = read_only, attempts = -1)]
async fn find_book(title: String) -> String {
    title
}

/// List the books.
#[safe_tool(effect = read_only, attempts = 0)]
async fn list_books(author: String) -> String {
    author
}

/// Lend a book.
#[safe_tool(attempts = 2)]
async fn lend_book(title: String) -> String {
    title
}

/// Sell a book.
#[safe_tool(attempts = 5, effect = once)]
async fn sell_book(title: String) -> String {
    title
}

/// Return a book.
#[safe_tool(attempts = 2, effect = idempotnt)]
async fn return_book(title: String) -> String {
    title
}

fn main() {}
