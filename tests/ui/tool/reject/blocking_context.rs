use fastroai::prelude::*;

struct Catalogue;

/// Find a book.
#[safe_tool]
fn find_book(#[context] catalogue: &Catalogue) -> u32 {
    let _ = catalogue;
    0
}

fn main() {}
