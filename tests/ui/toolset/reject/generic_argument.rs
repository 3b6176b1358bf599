use fastroai::prelude::*;

struct Catalogue<T>(T);

#[toolset]
impl<T: Send + Sync> Catalogue<T> {
    /// Find a book.
    #[safe_tool]
    async fn find_book(&self, key: Vec<T>) -> usize {
        key.len()
    }

    /// Count the books.
    #[safe_tool]
    async fn count_books(&self, #[tool(default = Self::MOST)] most: usize) -> usize {
        most
    }

    const MOST: usize = size_of::<T>();
}

fn main() {}
