use fastroai::prelude::*;

/// Find a book.
#[safe_tool]
#[safe_tool]
async fn find_book(title: String) -> String {
    title
}

/// You sort messages.
#[agent(model = "offline:demo", description = "Sorts.")]
#[safe_tool]
async fn sort(text: &str) -> Result<AgentResponse<String>> {
    text
}

/// You sort messages.
#[safe_tool]
#[agent(model = "offline:demo", description = "Sorts.")]
async fn classify(text: &str) -> Result<AgentResponse<String>> {
    text
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book, sort, classify])]
struct Librarian;

fn main() {}
