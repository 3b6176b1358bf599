use fastroai::prelude::*;

struct Catalogue;

#[toolset]
impl Catalogue {
    /// Find a book.
    #[safe_tool]
    async fn find_book(&self, title: String) -> String {
        title
    }
}

#[toolset]
impl Catalogue {
    /// Find a reader.
    #[safe_tool]
    async fn find_reader(&self, name: String) -> String {
        name
    }
}

fn main() {}
