use fastroai::prelude::*;

/// Find a book.
#[safe_tool(needs = net)]
async fn find_book(title: String) -> String {
    title
}

/// Lend a book.
#[safe_tool(needs = ["net", "Write", "net"], roles = "staff ")]
async fn lend_book(title: String) -> String {
    title
}

/// Sell a book.
#[safe_tool(needs = [], roles = ["", "clerk", 5])]
async fn sell_book(title: String) -> String {
    title
}

/// Order a book.
#[safe_tool(grants = ["net"], role = "clerk", needs)]
async fn order_book(title: String) -> String {
    title
}

/// What its tools need is told at the tools, and not here as well.
#[agent(model = "offline:demo", tools = [find_book, sell_book, order_book])]
struct Librarian;

fn main() {}
