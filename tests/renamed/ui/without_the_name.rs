use ai::prelude::*;

/// Find a book.
#[ai::safe_tool]
async fn find_book(title: String) -> String {
    title
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book])]
struct Librarian;

async fn direct() -> bool {
    Librarian.run("Is Emma there?").await.is_ok() && !find_book("Emma".to_owned()).await.is_empty()
}

fn main() {
    drop(direct);
}
