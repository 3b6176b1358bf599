use fastroai::prelude::*;

/// You keep a library.
#[agent(model = "offline:demo", tempreature = 0.3)]
struct Misspelt;

/// You keep a library.
#[agent(model = "offline:demo", prompt = "You keep a library.", deps = Shelf)]
struct Foreign;

/// You keep a library.
#[agent(model = "offline:demo", shade = "dark", model = "offline:other")]
struct Unknown;

fn main() {}
