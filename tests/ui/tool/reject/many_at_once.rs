use fastroai::prelude::*;

struct Shelf(u32);

#[safe_tool(shade = "dark", timeout = 20, name = "find book", attempts = 3)]
unsafe fn find_book(title: &str, (first, _last): (u32, u32)) {
    let _ = (title, first);
}

/// Other mistakes are the compiler's to find; both kinds are told at once.
#[safe_tool(shade = "dark")]
async fn count_books(shelf: Shelf) -> u32 {
    shelf.0
}

fn main() {}
