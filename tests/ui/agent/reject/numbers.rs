use fastroai::prelude::*;

/// You keep a library.
#[agent(model = "offline:demo", temperature = 2.5)]
struct TooWarm;

/// You keep a library.
#[agent(model = "offline:demo", temperature = -0.5, max_tokens = 0, max_turns = -2)]
struct TooCold;

/// You keep a library.
#[agent(model = "offline:demo", temperature = "warm", max_tokens = 1.5, max_concurrency = 5000000000)]
struct NotNumbers;

fn main() {}
