//! A library whose lints are as strict as they get.
#![deny(warnings, missing_docs, unused, nonstandard_style, future_incompatible, rust_2018_idioms)]
#![deny(
    missing_debug_implementations,
    missing_copy_implementations,
    unreachable_pub,
    unused_qualifications
)]
#![deny(
    let_underscore,
    single_use_lifetimes,
    unused_lifetimes,
    elided_lifetimes_in_paths,
    unused_results
)]

use fastroai::prelude::*;

mod private {
    /// What only this crate knows.
    #[derive(Debug, Clone, Copy)]
    pub(crate) struct Catalogue;
}

/// Find a book.
#[safe_tool]
pub(crate) async fn find_book(
    title: String,
    #[context] _catalogue: &private::Catalogue,
    #[context] run: RunContext<'_>,
) -> String {
    format!("{title}{}", run.attempt())
}

/// Lend a book.
#[safe_tool]
pub async fn lend_book(title: String) -> Result<String, std::convert::Infallible> {
    Ok(title)
}

/// Sell a book.
#[safe_tool]
#[deprecated]
pub fn sell_book() -> Option<String> {
    None
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book, lend_book])]
#[derive(Debug, Clone, Copy)]
pub struct Librarian {
    catalogue: private::Catalogue,
}

fn main() {
    assert_eq!(Librarian { catalogue: private::Catalogue }.tools().len(), 2);
}
