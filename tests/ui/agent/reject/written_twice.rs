use fastroai::prelude::*;

/// You keep a library.
#[agent(model = "offline:demo")]
#[agent(model = "offline:demo")]
struct Librarian;

struct Catalogue;

#[toolset]
#[toolset]
impl Catalogue {
    /// Find a book.
    #[safe_tool]
    async fn find_book(&self, title: String) -> String {
        title
    }
}

/// You sort messages.
#[agent(model = "offline:demo")]
#[fastroai::agent(model = "offline:demo")]
async fn sort(text: &str) -> Result<AgentResponse<String>> {
    text
}

fn main() {}
