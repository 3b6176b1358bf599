use fastroai::prelude::*;

/// Find a book.
#[safe_tool(needs = "net")]
async fn find_book(title: String) -> String {
    title
}

/// Lend a book.
#[safe_tool(needs = ["net", "shelf", "write"])]
async fn lend_book(title: String) -> String {
    title
}

struct Shelf;

#[toolset]
impl Shelf {
    /// Look at it.
    #[safe_tool(needs = "shelf")]
    async fn look(&self) -> String {
        String::new()
    }

    /// Put a book there.
    #[safe_tool(needs = ["shelf", "write"])]
    async fn put(&self, title: String) -> String {
        title
    }
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book])]
struct Ungranted;

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book, lend_book], grants = ["net", "mail"])]
struct Half;

/// You keep a shelf.
#[agent(model = "offline:demo", tools = [prefix("my_", self.shelf)], grants = ["net"])]
struct Other {
    shelf: Shelf,
}

/// What is left of a toolset is enough.
#[agent(model = "offline:demo", tools = [self.shelf], grants = ["shelf"])]
struct Part {
    shelf: Shelf,
}

/// A slip of a grant is one mistake.
#[agent(model = "offline:demo", tools = [find_book], grants = ["Net"])]
struct Slip;

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book], needs = ["net"], grants = ["net", "net"])]
struct Twice;

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book])]
async fn ask(question: &str) -> Result<AgentResponse<String>> {
    question
}

fn main() {}
