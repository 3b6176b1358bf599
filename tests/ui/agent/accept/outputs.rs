//! Output functions and validators, in all forms that they may have.
#![deny(warnings)]

use fastroai::prelude::*;

#[derive(serde::Deserialize, JsonSchema)]
struct Plan {
    city: String,
}

#[derive(serde::Serialize)]
struct Booked {
    id: usize,
}

fn book(plan: Plan) -> Result<Booked, OutputError> {
    Ok(Booked { id: plan.city.len() })
}

async fn book_later(plan: Plan) -> Result<Booked, OutputError> {
    book(plan)
}

fn check(plan: &Plan) -> Result<(), OutputError> {
    if plan.city.is_empty() { Err(OutputError::retry("there is no `city`")) } else { Ok(()) }
}

fn check_attempt(plan: &Plan, context: &OutputContext) -> Result<(), OutputError> {
    if context.attempt > 0 { Ok(()) } else { check(plan) }
}

/// You plan.
#[agent(model = "offline:demo", output = Booked, output_fn = book, end_strategy = early)]
struct Now;

/// You plan.
#[agent(model = "offline:demo", output = Booked, output_fn = book_later, validate = check)]
struct Later;

/// You plan.
#[agent(model = "offline:demo", output = Plan, validate = check_attempt, end_strategy = graceful)]
struct Checked;

/// You plan.
#[agent(
    model = "offline:demo",
    output = Booked,
    output_fn = Desk::book,
    validate = Desk::check,
    end_strategy = exhaustive,
    description = "Books."
)]
struct Desk {
    ids: usize,
}

impl Desk {
    async fn book(&self, plan: Plan) -> Result<Booked, OutputError> {
        Ok(Booked { id: self.ids + plan.city.len() })
    }

    fn check(&self, plan: &Plan, context: &OutputContext) -> Result<(), OutputError> {
        if self.ids > 9 && context.partial { Ok(()) } else { check(plan) }
    }
}

/// You plan.
#[agent(model = "offline:demo", output_fn = Shared::book)]
struct Shared<'a> {
    ids: &'a str,
}

impl Shared<'_> {
    fn book(&self, plan: Plan) -> Result<String, OutputError> {
        Ok(format!("{}{}", self.ids, plan.city))
    }
}

/// You plan.
#[agent(model = "offline:demo", output_fn = book_later, validate = check)]
async fn plan(city: &str) -> Result<AgentResponse<Booked>> {
    city
}

/// You plan for others.
#[agent(model = "offline:demo", tools = [self.desk])]
struct Office {
    desk: Desk,
}

fn main() {
    let _ = (Now.run("Go"), Later.run("Go"), Checked.run("Go"), plan("Go"));
    let shared = Shared { ids: "a" };
    let _ = shared.run("Go");
    let office = Office { desk: Desk { ids: 1 } };
    let _ = office.run("Go");
    let _ = office.desk.run("Go");
    let _ = Booked { id: 1 }.id;
}
