use fastroai::prelude::*;

struct Catalogue;

#[toolset]
impl Catalogue {
    /// Find a book.
    #[safe_tool]
    async fn find(&self, title: String) -> String {
        title
    }

    /// Find a reader.
    #[safe_tool(name = "find")]
    async fn find_reader(&self, name: String) -> String {
        name
    }
}

fn main() {}
