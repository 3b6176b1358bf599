use fastroai::prelude::*;

/// Find a book.
#[safe_tool]
async fn find_book<Key: Into<String>, const N: usize>(key: Key) -> String {
    key.into()
}

/// Lend a book.
#[safe_tool]
async fn lend_book(title: impl Into<String>) -> String {
    title.into()
}

fn main() {}
