use fastroai::prelude::*;

struct Catalogue;

/// Find a book.
#[safe_tool]
async fn find_book(#[context] catalogue: Catalogue, #[context] other: &mut Catalogue) -> u32 {
    let _ = (catalogue, other);
    0
}

/// Lend a book.
#[safe_tool]
async fn lend_book(run: RunContext<'_>, #[context] #[tool(default)] catalogue: &Catalogue) -> u32 {
    let _ = (run, catalogue);
    0
}

/// Sell a book.
#[safe_tool]
async fn sell_book(#[context(skip)] catalogue: &Catalogue) -> u32 {
    let _ = catalogue;
    0
}

fn main() {}
