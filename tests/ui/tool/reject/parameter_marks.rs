use fastroai::prelude::*;

struct Catalogue;

/// Find a book.
#[safe_tool]
async fn find_book(title: String, #[contxt] _catalogue: &Catalogue) -> String {
    title
}

/// Lend a book.
#[safe_tool]
async fn lend_book(title: String, #[ctx] _catalogue: &Catalogue) -> String {
    title
}

/// Sell a book.
#[safe_tool]
async fn sell_book(title: String, #[tool(context)] _catalogue: &Catalogue) -> String {
    title
}

/// Bind a book.
#[safe_tool]
async fn bind_book(#[arg(rename = "book")] title: String) -> String {
    title
}

/// Burn a book.
#[safe_tool]
async fn burn_book(#[tools(default = "Emma")] title: String, #[serde(default)] shelf: u8) -> String {
    format!("{title}{shelf}")
}

/// Open a book.
#[safe_tool]
async fn open_book(#[tool = "Emma"] title: String, #[tool(optional)] page: u32) -> String {
    format!("{title}{page}")
}

/// Close a book.
#[safe_tool]
async fn close_book(#[cfg(unix)] title: String) -> bool {
    title.is_empty()
}

fn main() {}
