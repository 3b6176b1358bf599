use fastroai::prelude::*;

struct Catalogue;

#[toolset(cra)]
impl Catalogue {
    /// Find a book.
    #[safe_tool(time)]
    async fn find_book(&self, title: String) -> String {
        title
    }

    /// Lend a book.
    #[safe_tool(timeout = )]
    async fn lend_book(&self, title: String, #[ctx] _names: &[String]) -> String {
        title
    }

    /// Sell a book.
    #[safe_tool(effect = read_)]
    fn sell_book(&self, #[tool(default = 1)] title: String) -> String {
        title
    }
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [self.catalogue])]
struct Librarian {
    catalogue: Catalogue,
}

async fn direct() -> String {
    Catalogue.find_book("Emma".to_owned()).await
}

fn main() {}
