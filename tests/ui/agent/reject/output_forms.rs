use fastroai::prelude::*;

struct Plan;

/// You keep a library.
#[agent(model = "offline:demo", output = Vec<Plan>)]
struct List;

/// You keep a library.
#[agent(model = "offline:demo", output = &str)]
struct Borrowed;

/// You keep a library.
#[agent(model = "offline:demo", output = fn() -> u8)]
struct Function;

/// You keep a library.
#[agent(model = "offline:demo", output = ())]
struct Nothing;

/// You keep a library.
#[agent(model = "offline:demo", output = "Plan")]
struct Quoted;

/// You keep a library.
#[agent(model = "offline:demo", output = impl Send)]
struct Some;

async fn direct() -> Result<String> {
    Ok(Function.run("Who?").await?.output)
}

fn main() {}
