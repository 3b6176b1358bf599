use fastroai::prelude::*;

/// Find a book.
#[safe_tool]
async unsafe fn find_book(title: String) -> String {
    title
}

/// Lend a book.
#[safe_tool]
const fn lend_book(shelf: u32) -> u32 {
    shelf
}

/// Return a book.
#[safe_tool]
extern "C" fn return_book(shelf: u32) -> u32 {
    shelf
}

fn main() {}
