use fastroai::prelude::*;

/// You keep a library.
#[agent(model = "offline:demo")]
struct Librarian {
    #[context]
    _first: String,
    #[context(skipp)]
    _second: u32,
}

fn main() {}
