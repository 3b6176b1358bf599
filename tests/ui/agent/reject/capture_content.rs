use fastroai::prelude::*;

/// You keep books.
#[agent(model = "offline:demo", capture_content = "yes")]
struct Quoted;

/// You keep books.
#[agent(model = "offline:demo", capture_contents = true)]
struct Slip;

/// You keep books.
#[agent(model = "offline:demo", instrument = true)]
struct Foreign;

fn main() {}
