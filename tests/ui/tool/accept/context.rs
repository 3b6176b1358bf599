#![deny(warnings)]
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use fastroai::prelude::*;

trait Search: Send + Sync {
    fn find(&self, title: &str) -> bool;
}

struct Everything;
impl Search for Everything {
    fn find(&self, _: &str) -> bool {
        true
    }
}

/// Find a book.
#[safe_tool]
async fn find_book<'a>(
    title: String,
    #[context] search: &'a dyn Search,
    #[context] log: &Mutex<Vec<String>>,
    #[context] run: &RunContext<'_>,
    #[context] readers: &(dyn Fn(u32) -> bool + Send + Sync),
) -> bool {
    if let Ok(mut log) = log.lock() {
        log.push(run.run_id().to_owned());
    }
    search.find(&title) && readers(1)
}

/// List the books.
#[safe_tool]
fn list_books(
    #[context] root: &PathBuf,
    #[context] search: &Arc<dyn Search>,
    #[context] run: RunContext<'_>,
) -> bool {
    let root: &Path = root;
    root.exists() && search.find(run.run_id())
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [find_book, list_books])]
struct Librarian {
    search: Arc<dyn Search>,
    log: Mutex<Vec<String>>,
    root: PathBuf,
    readers: Box<dyn Fn(u32) -> bool + Send + Sync>,
}

fn main() {
    let librarian = Librarian {
        search: Arc::new(Everything),
        log: Mutex::default(),
        root: PathBuf::new(),
        readers: Box::new(|_| true),
    };
    assert_eq!(librarian.tools().len(), 2);
}
