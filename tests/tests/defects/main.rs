//! Defects of the Python library that this one must not have.
//!
//! A test called `defect_…` would fail if we had the defect of that number.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod budgets;
mod left_out;
mod prices;
mod usage;

use std::time::Duration;

use fastroai::agent::AgentBuilder;
use fastroai::money::Cost;
use fastroai::providers::{Part, Usage};
use fastroai::{Agent, Runtime};
use tests::scripted::{Scripted, Step, reply};

const fn microdollars(amount: u64) -> Cost {
    Cost::from_microdollars(amount)
}

/// A step of this usage, answered by this model.
fn answer(model: Option<&str>, usage: Usage) -> Step {
    let mut reply = reply(vec![Part::text("Here.")]);
    reply.usage = usage;
    reply.model = model.map(str::to_owned);
    Step::Reply(reply)
}

/// A runtime with list prices and this model.
fn listed(model: &Scripted) -> Runtime {
    Runtime::builder().model(model.clone()).build()
}

fn agent(model: &str) -> AgentBuilder {
    Agent::builder().name("tester").model(model).timeout(Duration::from_secs(86_400))
}
