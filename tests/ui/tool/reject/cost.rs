use fastroai::prelude::*;

/// Find a book.
#[safe_tool(cost = 5)]
async fn find_book(title: String) -> String {
    title
}

/// Lend a book.
#[safe_tool(cost = "a little")]
async fn lend_book(title: String) -> String {
    title
}

fn by_title(title: String) -> Cost {
    let _ = title;
    Cost::ZERO
}

/// Sell a book.
#[safe_tool(cost = by_title)]
async fn sell_book(title: String) -> String {
    title
}

fn main() {}
