use fastroai::prelude::*;

struct Catalogue(Vec<String>);

/// Find a book.
#[safe_tool(shade = "dark")]
async fn find_book(title: String, #[context] catalogue: &Catalogue) -> bool {
    catalogue.0.contains(&title)
}

/// Lend a book.
#[safe_tool]
async fn lend_book(title: &str) -> String {
    title.to_owned()
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book, lend_book], timeout = "60s")]
struct Librarian {
    catalogue: Catalogue,
}

async fn direct(librarian: &Librarian) -> bool {
    let _ = lend_book("Emma").await;
    let answer = librarian.run("Do we have Emma?").await;
    answer.is_ok() && find_book("Emma".to_owned(), &librarian.catalogue).await
}

fn main() {
    drop(direct);
}
