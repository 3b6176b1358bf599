use fastroai::prelude::*;

/// Find a book.
#[safe_tool("find", name, timeout = "5s" effect = read_only, timeout = "6s", attempts: 2, on_error = )]
async fn find_book(title: String) -> String {
    title
}

fn main() {}
