use fastroai::prelude::*;

struct Catalogue;

#[toolset(prefix = "lib_", timeot = "3s")]
impl Catalogue {
    /// Find a book.
    #[safe_tool(type = FindBook, timeot = "3s")]
    async fn find_book(&self, title: String) -> String {
        title
    }
}

fn main() {}
