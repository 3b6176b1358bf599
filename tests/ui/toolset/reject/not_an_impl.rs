use fastroai::prelude::*;

#[toolset]
struct Catalogue;

#[toolset]
impl Catalogue {
    /// Find a book.
    async fn find_book(&self, title: String) -> String {
        title
    }
}

fn main() {}
