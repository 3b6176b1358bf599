use fastroai::prelude::*;

struct Book;

/// Find a book.
#[safe_tool]
async fn find_book(title: String) -> Result<Book, std::io::Error> {
    drop(title);
    Ok(Book)
}

/// List the books.
#[safe_tool]
fn list_books() -> Book {
    Book
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book, list_books])]
struct Librarian;

fn main() {}
