use fastroai::prelude::*;

/// You keep a library.
#[agent(modle = "offline:demo")]
struct Misspelt;

/// You keep a library.
#[agent(model: "offline:demo")]
struct Colon;

#[agent(model = "offline:demo", instruction = "You keep a library.")]
struct Instruction;

#[agent(model = "offline:demo", system_prompt = "You keep a library.")]
struct Foreign;

fn main() {}
