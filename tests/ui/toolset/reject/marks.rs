use fastroai::prelude::*;

#[derive(Clone)]
struct Catalogue;

#[toolset]
impl Catalogue {
    /// Where books stand.
    #[safe_tool]
    const SHELVES: u32 = 3;

    /// Find a book.
    #[safetool]
    async fn find_book(&self, title: String) -> String {
        title
    }

    /// Lend a book.
    #[safe_tool]
    async fn lend_book<T: ToString>(&self, title: T) -> String {
        title.to_string()
    }

    /// Sell a book.
    #[safe_tool]
    fn sell_book(&self, other: &Self) -> bool {
        let _ = other;
        true
    }

    /// Bind a book.
    #[safe_tool]
    fn bind_book(&self, title: String) {
        drop(title);
    }
}

trait Named {
    async fn named(&self) -> Unshown;
}

struct Unshown;
struct Readers;

#[toolset]
impl Named for Readers {
    /// The name.
    #[safe_tool]
    async fn named(&self) -> Unshown {
        Unshown
    }
}

fn main() {}
