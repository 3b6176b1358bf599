use std::rc::Rc;

use fastroai::prelude::*;

async fn open_doors() {}

/// Find a book.
#[safe_tool]
async fn find_book(title: String) -> String {
    let title = Rc::new(title);
    open_doors().await;
    title.to_string()
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book])]
struct Librarian;

fn main() {}
