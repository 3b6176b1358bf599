use fastroai::prelude::*;

struct Catalogue;

impl Catalogue {
    /// Where the books are.
    #[safe_tool]
    async fn find(place: String, other: Self) -> String {
        let _ = other;
        place
    }

    /// Count the books.
    #[safe_tool]
    fn count(self: &Self) -> usize {
        0
    }
}

trait Library {
    /// Find a book.
    #[safe_tool]
    fn find_book(title: String) -> String;

    /// Lend a book.
    #[safe_tool]
    fn lend_book(&self, title: String) -> String;
}

fn main() {}
