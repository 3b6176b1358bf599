use fastroai::prelude::*;

/// Find a book.
#[safe_tool]
fn find_book(title: String) -> impl Future<Output = String> {
    async { title }
}

/// Lend a book.
#[safe_tool]
async fn lend_book(title: String) -> Result<String, Box<dyn std::error::Error>> {
    Ok(title)
}

/// Close the library.
#[safe_tool]
async fn close() -> ! {
    loop {}
}

struct Book;

/// Sell a book.
#[safe_tool]
async fn sell_book(title: String) -> Option<Book> {
    (!title.is_empty()).then_some(Book)
}

/// Bind a book.
#[safe_tool]
fn bind_book(title: String) -> Result<Vec<Book>, String> {
    Err(title)
}

mod app {
    pub type Result<T> = std::result::Result<T, super::Book>;
}

/// Burn a book.
#[safe_tool]
async fn burn_book(title: String) -> app::Result<String> {
    Ok(title)
}

fn main() {}
