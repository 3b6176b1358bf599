use fastroai::prelude::*;

struct Catalogue;

/// Find a book.
#[safe_tool]
fn find_book(#[context] catalogue: &Catalogue) -> u32 {
    let _ = catalogue;
    0
}

fn main() {}

/// Lend a book.
#[safe_tool]
fn lend_book(#[context] search: &(dyn Fn(u32) -> bool + Send + Sync)) -> bool {
    search(1)
}

/// Sell a book.
#[safe_tool]
fn sell_book(#[context] search: &std::rc::Rc<u32>) -> u32 {
    **search
}
