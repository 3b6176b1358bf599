use fastroai::prelude::*;

/// Find a book.
#[safe_tool(effect = ReadOnly)]
async fn find_book(title: String) -> String {
    title
}

/// Lend a book.
#[safe_tool(effect = Effect::read_only)]
async fn lend_book(title: String) -> String {
    title
}

/// Sell a book.
#[safe_tool(effect = twice)]
async fn sell_book(title: String) -> String {
    title
}

/// Bind a book.
#[safe_tool(cost = "0.002", polling = "yes", corrections = -1)]
async fn bind_book(title: String) -> String {
    title
}

/// Burn a book.
#[safe_tool(timeout = Duration::from_secs(10), type = "BurnBook", crate = "fastroai")]
async fn burn_book(title: String) -> String {
    title
}

/// Open a book.
#[safe_tool(timeout = "1.5s")]
async fn open_book(title: String) -> String {
    title
}

/// Close a book.
#[safe_tool(timeout = "30s1m", name = "close.book")]
async fn close_book(title: String) -> String {
    title
}

fn main() {}
