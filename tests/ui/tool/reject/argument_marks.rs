use fastroai::prelude::*;

/// Find a book.
#[safe_tool]
async fn find_book(#[tool(defualt = 3)] shelf: u32, #[tool] title: String, #[tool(rename = "title")] other: String) -> String {
    format!("{shelf}{title}{other}")
}

fn main() {}
