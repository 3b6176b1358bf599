use fastroai::prelude::*;

#[agent(model = "offline:demo")]
struct Librarian;

#[agent(model = "offline:demo", instructions = "")]
struct Silent;

#[agent(model = "offline:demo", instructions = 3)]
struct Counted;

fn main() {}
