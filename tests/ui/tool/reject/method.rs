use fastroai::prelude::*;

struct Catalogue(Vec<String>);

impl Catalogue {
    /// Find a book.
    #[safe_tool]
    async fn find_book(&self, title: String) -> bool {
        self.0.contains(&title)
    }
}

fn main() {}
