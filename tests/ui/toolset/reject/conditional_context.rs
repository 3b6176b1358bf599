use fastroai::prelude::*;

struct Catalogue;

#[toolset]
impl Catalogue {
    /// Find a book.
    #[cfg(all())]
    #[safe_tool]
    async fn find_book(&self, title: String, #[context] _readers: &Vec<String>) -> String {
        title
    }
}

fn main() {}
