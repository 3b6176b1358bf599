use fastroai::prelude::*;

use std::collections::HashMap;

struct Shelf(u32);

mod other {
    pub struct Reader;
}

/// How many books stand on a shelf.
#[safe_tool]
async fn count_books(shelf: Option<Shelf>) -> Option<u32> {
    shelf.map(|shelf| shelf.0)
}

/// How many books have these readers.
#[safe_tool]
fn count_lent(readers: HashMap<String, Vec<other::Reader>>) -> usize {
    readers.len()
}

/// When a book comes back.
#[safe_tool]
async fn back(since: std::time::Instant) -> u64 {
    since.elapsed().as_secs()
}

type Place = Shelf;

/// Where a book stands.
#[safe_tool]
async fn find_book(place: Place, title: String) -> u32 {
    place.0 + title.len() as u32
}

fn main() {}
