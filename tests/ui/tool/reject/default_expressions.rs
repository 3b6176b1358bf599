use fastroai::prelude::*;

#[derive(serde::Serialize, serde::Deserialize, JsonSchema)]
struct Place(u32);

/// List the books.
#[safe_tool]
async fn list_books(#[tool(default = vec![1])] shelves: Vec<String>, #[tool(default = most())] most: u8) -> usize {
    shelves.len() + usize::from(most)
}

fn most() -> u32 {
    3
}

/// Find a book.
#[safe_tool]
async fn find_book(#[tool(default)] place: Place) -> u32 {
    place.0
}

fn main() {}
