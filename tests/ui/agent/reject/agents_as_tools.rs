use std::sync::Arc;

use fastroai::prelude::*;

/// You look things up.
#[agent(model = "offline:demo", timeout = "5min")]
struct Research;

/// You keep a library.
#[agent(model = "offline:demo", tools = [self.research])]
struct NoDescription {
    research: Arc<Research>,
}

/// You look things up.
#[agent(model = "offline:demo", description = "Looks things up.", timeout = "5min")]
struct Slow;

/// You keep a library.
#[agent(model = "offline:demo", tools = [self.slow], timeout = "1min")]
struct Hurried {
    slow: Slow,
}

/// You look things up.
#[agent(model = "offline:demo", description = "Looks things up.", name = "Ünknown")]
struct Named;

/// You look things up.
#[agent(model = "offline:demo", tool_name = "look up", description = "Looks things up.")]
struct Spaced;

/// You look things up.
#[agent(model = "offline:demo", tool_name = "look_up")]
struct Unlisted;

fn main() {}
