#![deny(warnings)]
use fastroai::prelude::*;

/// Find a book.
#[safe_tool]
#[tracing::instrument]
async fn find_book(title: String) -> Result<String, std::io::Error> {
    Ok(title)
}

/// Lend a book.
#[tracing::instrument(skip(catalogue))]
#[safe_tool]
#[must_use]
async fn lend_book(
    title: String,
    #[context] catalogue: &Vec<String>,
) -> Result<String, std::io::Error> {
    let _ = catalogue;
    Ok(title)
}

/// Sell a book.
#[safe_tool]
#[cfg(any())]
async fn sell_book(title: NoSuchType) -> NoSuchType {
    title
}

/// Return a book.
#[safe_tool]
#[inline]
#[allow(unused_variables)]
fn return_book(#[allow(unused)] title: String) -> bool {
    true
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book, lend_book, return_book])]
struct Librarian(Vec<String>);

fn main() {
    assert_eq!(Librarian(Vec::new()).tools().len(), 3);
}
