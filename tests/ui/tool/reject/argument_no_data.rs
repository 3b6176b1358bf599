use fastroai::prelude::*;

/// Find a book.
#[safe_tool]
async fn find_book(by: Box<dyn Fn(&str) -> bool>) -> bool {
    by("Emma")
}

/// Lend a book.
#[safe_tool]
async fn lend_book(to: fn(u32) -> bool) -> bool {
    to(1)
}

/// Sell a book.
#[safe_tool]
async fn sell_book(title: std::rc::Rc<str>) -> usize {
    title.len()
}

/// Bind a book.
#[safe_tool]
fn bind_book(place: *const u8) -> bool {
    place.is_null()
}

fn main() {}
