use fastroai::prelude::*;

#[safe_tool]
async fn count_books(shelf: u32) -> u32 {
    shelf
}

/// # Errors
/// None that the model should know of.
#[safe_tool]
async fn lend_book(title: String) -> String {
    title
}

fn main() {}
