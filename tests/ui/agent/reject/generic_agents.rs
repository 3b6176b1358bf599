use fastroai::prelude::*;

struct Catalogue;

/// Find a book.
#[safe_tool]
async fn find_book(title: String, #[context] _catalogue: &Catalogue) -> String {
    title
}

/// A field of a bare type parameter lends nothing.
#[agent(model = "offline:demo", tools = [find_book])]
struct Bare<T: Send + Sync> {
    _catalogue: T,
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book], timeot = "60s")]
struct Slip<'a, T: Sync, const N: usize> {
    _catalogue: &'a Catalogue,
    _shelves: [T; N],
}

fn main() {}
