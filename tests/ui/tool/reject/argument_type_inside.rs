use fastroai::prelude::*;

struct Shelf(u32);

/// How many books stand on some shelves.
#[safe_tool]
async fn count_books(first: String, shelves: Vec<Shelf>) -> usize {
    shelves.len() + first.len()
}

fn main() {}
