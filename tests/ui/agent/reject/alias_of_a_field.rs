use fastroai::prelude::*;

struct Catalogue;
type Other = Catalogue;

/// You keep a library.
#[agent(model = "offline:demo")]
struct Librarian {
    _first: Catalogue,
    _second: Other,
}

fn main() {}
