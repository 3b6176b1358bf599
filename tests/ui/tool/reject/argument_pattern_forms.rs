use fastroai::prelude::*;

/// Find a book.
#[safe_tool]
async fn find_book(_: String) -> bool {
    true
}

/// Lend a book.
#[safe_tool]
async fn lend_book((title, days): (String, u8)) -> String {
    format!("{title}{days}")
}

/// Sell a book.
#[safe_tool]
async fn sell_book(ref title: String) -> usize {
    title.len()
}

/// Bind a book.
#[safe_tool]
fn bind_book([first, second]: [u8; 2]) -> u8 {
    first + second
}

fn main() {}
