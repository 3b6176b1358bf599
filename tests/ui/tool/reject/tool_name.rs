use fastroai::prelude::*;

/// Find a book.
#[safe_tool(name = "find book")]
async fn find_book(title: String) -> String {
    title
}

/// Lend a book.
#[safe_tool(name = "")]
async fn lend_book(title: String) -> String {
    title
}

/// Return a book.
#[safe_tool]
async fn zurückgeben(title: String) -> String {
    title
}

/// Return a book, and say so at length.
#[safe_tool]
async fn return_a_book_and_tell_everybody_in_the_whole_library_about_that_event(title: String) -> String {
    title
}

fn main() {}
