use fastroai::prelude::*;

#[derive(serde::Deserialize, JsonSchema)]
struct Plan;

#[derive(serde::Serialize)]
struct Booked;

fn book(_plan: Plan) -> Result<Booked, OutputError> {
    Ok(Booked)
}

fn forget(_plan: Plan) {}

fn keep(_plan: Plan) -> Result<Silent, OutputError> {
    Ok(Silent)
}

struct Silent;

/// What it makes is not what the agent answers with.
#[agent(model = "offline:demo", output = Plan, output_fn = book)]
struct Mismatched;

/// It makes no `Result`.
#[agent(model = "offline:demo", output = Booked, output_fn = forget)]
struct Unreturned;

/// What it makes cannot be written.
#[agent(model = "offline:demo", output = Silent, output_fn = keep)]
struct Unwritten;

/// It is no function.
#[agent(model = "offline:demo", output = Booked, output_fn = "book")]
struct Quoted;

fn main() {}
