#![deny(warnings)]
use std::fmt::Debug;
use std::sync::Arc;

use fastroai::prelude::*;

/// Find a book.
#[safe_tool]
async fn find_book(title: String, #[context] catalogue: &Vec<String>) -> bool {
    catalogue.contains(&title)
}

/// Count the books.
#[safe_tool]
async fn count_books(#[context] catalogue: &[String]) -> usize {
    catalogue.len()
}

/// You keep a library.
#[agent(model = "offline:demo")]
struct Unit;

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book])]
struct Tuple(Vec<String>, u8);

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book])]
struct Borrowed<'a, 'b> {
    catalogue: &'a Vec<String>,
    name: &'b str,
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book, count_books])]
struct Generic<Store, Key: Debug, const SHELVES: usize>
where
    Store: Send + Sync + 'static,
    Key: Sync,
{
    store: Store,
    shared: Arc<Store>,
    key: [Key; SHELVES],
    catalogue: Vec<String>,
    slice: Arc<[String]>,
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book])]
#[derive(Clone)]
struct Skipped {
    catalogue: Vec<String>,
    #[cfg(any())]
    never: NoSuchType,
    #[context(skip)]
    other: Vec<String>,
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book])]
struct Twice {
    first: Arc<Vec<String>>,
    catalogue: Vec<String>,
}

fn main() {
    let books = vec!["Emma".to_owned()];
    assert!(Unit.tools().is_empty());
    assert_eq!(Tuple(books.clone(), 0).1, 0);
    let borrowed = Borrowed { catalogue: &books, name: "x" };
    assert_eq!((borrowed.tools().len(), borrowed.name), (1, "x"));
    let generic = Generic {
        store: 1_u8,
        shared: Arc::new(1),
        key: ["a"; 2],
        catalogue: books.clone(),
        slice: books.clone().into(),
    };
    assert_eq!(generic.tools().len(), 2);
    assert_eq!(
        (generic.store, *generic.shared, generic.key, generic.slice.len()),
        (1, 1, ["a"; 2], 1)
    );
    let skipped = Skipped { catalogue: books.clone(), other: Vec::new() };
    assert_eq!((skipped.tools().len(), skipped.other.len()), (1, 0));
    let twice = Twice { first: Arc::new(Vec::new()), catalogue: books };
    assert_eq!((twice.tools().len(), twice.first.len(), twice.catalogue.len()), (1, 0, 1));
}
