use fastroai::prelude::*;

struct Shelf(u32);

/// How many books stand on a shelf.
#[safe_tool(effect = read_only)]
async fn count_books(shelf: Shelf) -> u32 {
    shelf.0
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [count_books])]
struct Librarian;

fn main() {}
