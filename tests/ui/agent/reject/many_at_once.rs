use fastroai::prelude::*;

struct Plan;

#[agent(model = "openai:gpt-4oo", output = Plan, temperature = 9, budget = "cheap", shade = "dark", tools = [no_such_tool])]
struct Librarian {
    _log: std::cell::Cell<u32>,
}

fn main() {}
