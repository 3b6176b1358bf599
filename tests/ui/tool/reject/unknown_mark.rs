use fastroai::prelude::*;

/// Find a book.
#[safe_tool]
async fn find_book(#[tool(shade = "dark")] title: String) -> String {
    title
}

fn main() {}
