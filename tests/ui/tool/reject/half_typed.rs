use fastroai::prelude::*;

/// Find a book.
#[safe_tool(time)]
async fn find_book(title: String) -> String {
    title
}

/// Lend a book.
#[safe_tool(timeout = )]
async fn lend_book(title: String) -> String {
    title
}

/// Sell a book.
#[safe_tool(effect = read_)]
async fn sell_book(title: String) -> String {
    title
}

/// Bind a book.
#[safe_tool(timeout = "10s", attem)]
async fn bind_book(title: String) -> String {
    title
}

/// Burn a book.
#[safe_tool(timeout)]
async fn burn_book(#[tool(default = )] title: String, #[tool(ran)] shelf: u8) -> String {
    format!("{title}{shelf}")
}

/// What is half-typed leaves the functions and the tools as they are.
#[agent(model = "offline:demo", instructions = "You keep a library.", tools = [find_book, lend_book, sell_book, bind_book])]
struct Librarian;

async fn direct() -> String {
    find_book("Emma".to_owned()).await + &lend_book("Emma".to_owned()).await
}

fn main() {}
