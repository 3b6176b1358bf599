//! The agents that the tests of the kit ask.

use fastroai::prelude::*;
use serde::Deserialize;

/// Current weather for a city.
#[safe_tool(effect = read_only)]
pub(crate) async fn weather(
    /// City name, e.g. "Lisbon".
    city: String,
) -> String {
    format!("rain in {city}")
}

/// Book a seat.
#[safe_tool]
pub(crate) async fn book(
    city: String,
    #[tool(range(1..=9))] seats: u8,
) -> Result<String, ToolError> {
    Ok(format!("{seats} to {city}"))
}

/// You are a travel assistant.
#[agent(model = "openai:gpt-4o-mini", tools = [weather, book])]
pub(crate) struct Travel;

#[derive(Debug, Deserialize, JsonSchema, PartialEq)]
pub(crate) struct Plan {
    pub(crate) city: String,
    #[schemars(range(min = 2, max = 9))]
    pub(crate) days: u8,
}

/// You plan trips.
#[agent(model = "openai:gpt-4o-mini", output = Plan, description = "Plans a trip.", timeout = "60s")]
pub(crate) struct Planner;

/// You ask the planner.
#[agent(model = "openai:gpt-4o-mini", tools = [self.planner], timeout = "90s")]
pub(crate) struct Desk {
    pub(crate) planner: Planner,
}
