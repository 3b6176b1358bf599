#![deny(warnings)]
use fastroai::prelude::*;

mod library {
    pub type Result<T> = std::result::Result<T, std::io::Error>;
    pub type Outcome<T> = std::result::Result<T, std::io::Error>;
    pub type Maybe<T> = std::option::Option<T>;
}

/// Find a book.
#[safe_tool]
async fn find_book(title: String) -> library::Result<String> {
    Ok(title)
}

/// Lend a book.
#[safe_tool]
fn lend_book(title: library::Maybe<String>) -> library::Outcome<String> {
    Ok(title.unwrap_or_default())
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book, lend_book])]
struct Librarian;

fn main() {
    let _ = Librarian.tools();
}
