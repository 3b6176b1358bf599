use fastroai::prelude::*;

/// Find a book.
///
/// * `tilte` - what is printed on its back
#[safe_tool]
async fn find_book(title: String) -> String {
    title
}

/// Lend a book.
///
/// # Arguments
/// - `title`: what is printed on its back
/// - `reader`: who takes it
#[safe_tool]
async fn lend_book(title: String) -> String {
    title
}

fn main() {}
