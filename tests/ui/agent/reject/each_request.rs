use fastroai::prelude::*;

/// Answer.
#[agent(model = "offline:demo", settings = self.settings, prepare_tools = "tools")]
struct OfSelf;

/// Answer.
#[agent(model = "offline:demo", history_processors = [], prepare = hide)]
struct Foreign;

/// Answer.
#[agent(model = "offline:demo", history = 10)]
struct Keeping;

fn main() {}
