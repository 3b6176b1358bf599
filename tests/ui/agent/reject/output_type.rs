use fastroai::prelude::*;

struct Plan;

/// You keep a library.
#[agent(model = "offline:demo", output = Plan)]
struct Librarian;

fn main() {}
