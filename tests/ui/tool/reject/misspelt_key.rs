use fastroai::prelude::*;

/// Find a book.
#[safe_tool(timout = "5s", efect = read_only)]
async fn find_book(title: String) -> String {
    title
}

fn main() {}
