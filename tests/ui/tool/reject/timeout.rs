use fastroai::prelude::*;

/// Find a book.
#[safe_tool(timeout = "5 fortnights")]
async fn find_book(title: String) -> String {
    title
}

/// Lend a book.
#[safe_tool(timeout = 20)]
async fn lend_book(title: String) -> String {
    title
}

/// Return a book.
#[safe_tool(timeout = "20")]
async fn return_book(title: String) -> String {
    title
}

/// Burn a book.
#[safe_tool(timeout = "0s")]
async fn burn_book(title: String) -> String {
    title
}

/// Bind a book.
#[safe_tool(timeout = "-1s")]
async fn bind_book(title: String) -> String {
    title
}

fn main() {}
