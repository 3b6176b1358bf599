use std::sync::Arc;

use fastroai::prelude::*;

/// You look things up.
#[agent(model = "offline:demo", description = "Looks things up.", tools = [self.write])]
struct Research {
    write: Arc<Write>,
}

/// You write.
#[agent(model = "offline:demo", description = "Writes.", tools = [self.research])]
struct Write {
    research: Arc<Research>,
}

fn main() {}
