use fastroai::prelude::*;

/// Find a book.
#[safe_tool]
async fn find_book(run: &RunContext<'_>, title: String) -> String {
    format!("{title}{}", run.turn())
}

/// Lend a book.
#[safe_tool]
async fn lend_book(#[context] first: RunContext<'_>, #[context] second: &RunContext<'_>) -> u32 {
    first.attempt() + second.attempt()
}

fn main() {}
