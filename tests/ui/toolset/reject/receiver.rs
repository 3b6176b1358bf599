use fastroai::prelude::*;

struct Catalogue;

#[toolset]
impl Catalogue {
    /// Find a book.
    #[safe_tool]
    async fn find_book(title: String) -> String {
        title
    }

    /// Lend a book.
    #[safe_tool]
    async fn lend_book(&mut self, title: String) -> String {
        title
    }

    /// Sell a book.
    #[safe_tool]
    async fn sell_book(self, title: String) -> String {
        title
    }

    /// Bind a book.
    #[safe_tool]
    async fn bind_book(self: Box<Self>, title: String) -> String {
        title
    }
}

fn main() {}
