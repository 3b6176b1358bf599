use fastroai::prelude::*;

/// Find a book.
#[safe_tool]
async fn find_book(title: String, #[context] catalogue: &Vec<String>) -> bool {
    catalogue.contains(&title)
}

#[agent(model = "offline:demo", tools = [find_book], shade = "dark", instructions = told)]
struct Librarian {
    catalogue: Vec<String>,
}

fn told(librarian: &Librarian) -> String {
    format!("You keep {} books.", librarian.catalogue.len())
}

async fn direct(librarian: &Librarian) {
    let answer = librarian.run("Is Emma there?").await;
    drop(answer.map(|answer| answer.output.len()));
}

fn main() {
    drop(direct);
}
