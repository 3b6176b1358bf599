use fastroai::prelude::*;

struct Catalogue<T>(T);

#[toolset]
impl<T: Send + Sync> Catalogue<T> {
    /// Find a book.
    #[safe_tool]
    async fn find_book(&self, key: Vec<T>) -> usize {
        key.len()
    }
}

fn main() {}
