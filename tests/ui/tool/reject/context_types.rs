use fastroai::prelude::*;

use std::sync::Arc;

struct Catalogue;

/// Find a book.
#[safe_tool]
async fn find_book(#[context] catalogue: Option<&Catalogue>) -> bool {
    catalogue.is_some()
}

/// Lend a book.
#[safe_tool]
async fn lend_book(#[context] catalogue: Arc<Catalogue>) -> usize {
    Arc::strong_count(&catalogue)
}

/// Sell a book.
#[safe_tool]
async fn sell_book(#[context = "catalogue"] _catalogue: &Catalogue) -> bool {
    true
}

/// Bind a book.
#[safe_tool]
async fn bind_book(#[context] names: Vec<String>, #[context] readers: &mut [String]) -> usize {
    names.len() + readers.len()
}

fn main() {}
