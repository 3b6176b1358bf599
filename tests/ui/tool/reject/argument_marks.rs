use fastroai::prelude::*;

/// Find a book.
#[safe_tool]
async fn find_book(#[tool(defualt = 3)] shelf: u32, #[tool] title: String) -> String {
    format!("{shelf}{title}")
}

fn main() {}

/// Lend a book.
#[safe_tool]
async fn lend_book(title: String, #[tool(rename = "title")] other: String) -> String {
    format!("{title}{other}")
}
