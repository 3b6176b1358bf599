use fastroai::prelude::*;

/// Find a book.
#[safe_tool(timeout = "10s"; name = "find")]
async fn find_book(title: String) -> String {
    title
}

/// Lend a book.
#[safe_tool(timeout => "10s")]
async fn lend_book(title: String) -> String {
    title
}

/// Sell a book.
#[safe_tool(timeout == "10s")]
async fn sell_book(title: String) -> String {
    title
}

/// Bind a book.
#[safe_tool(timeout: "10s", name "bind")]
async fn bind_book(title: String) -> String {
    title
}

/// Burn a book.
#[safe_tool(timeout("10s"))]
async fn burn_book(title: String) -> String {
    title
}

#[safe_tool("Close the library.")]
async fn close() -> bool {
    true
}

fn main() {}
