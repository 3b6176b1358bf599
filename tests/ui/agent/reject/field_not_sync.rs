use std::cell::RefCell;

use fastroai::prelude::*;

/// You keep a library.
#[agent(model = "offline:demo")]
struct Librarian {
    _name: String,
    _log: RefCell<Vec<String>>,
}

fn main() {}
