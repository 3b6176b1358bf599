use fastroai::prelude::*;

#[derive(serde::Deserialize, JsonSchema)]
struct Plan;

fn check(_plan: &Plan) -> Result<(), OutputError> {
    Ok(())
}

fn agree(_plan: &Plan) -> bool {
    true
}

/// It looks at something else.
#[agent(model = "offline:demo", output = Vec<u32>, validate = check)]
struct Misplaced;

/// It gives no reason.
#[agent(model = "offline:demo", output = Plan, validate = agree)]
struct Silent;

/// It is no function.
#[agent(model = "offline:demo", output = Plan, validate = |plan| Ok(()))]
struct Written;

/// Keys by other names.
#[agent(model = "offline:demo", validator = check, output_function = check)]
struct Foreign;

/// No such strategy.
#[agent(model = "offline:demo", end_strategy = eager)]
struct Eager;

/// A strategy in quotes.
#[agent(model = "offline:demo", end_strategy = "early")]
struct Quoted;

fn main() {}
