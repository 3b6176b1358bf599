use fastroai::prelude::*;

struct Lost;

/// Find a book.
#[safe_tool]
async fn find_book(title: String) -> Result<String, Lost> {
    if title.is_empty() { Err(Lost) } else { Ok(title) }
}

/// Lend a book.
#[safe_tool]
fn lend_book(title: String) -> Result<String, Lost> {
    if title.is_empty() { Err(Lost) } else { Ok(title) }
}

fn main() {}
