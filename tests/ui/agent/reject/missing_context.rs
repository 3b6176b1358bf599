use fastroai::prelude::*;

struct Catalogue;
struct Readers;

/// Find a book.
#[safe_tool]
async fn find_book(title: String, #[context] _catalogue: &Catalogue) -> String {
    title
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book])]
struct Librarian {
    _readers: Readers,
}

/// Two of one type lend neither.
#[agent(model = "offline:demo", tools = [find_book])]
struct Doubtful {
    _first: Catalogue,
    _second: Catalogue,
}

fn main() {}
