use fastroai::prelude::*;

struct Catalogue;

/// Find a book.
#[safe_tool]
async fn find_book(title: &str, _catalogue: &Catalogue, _near: Option<&'static str>) -> String {
    title.to_owned()
}

fn main() {}
