//! Agents that are functions: one sorts a message, the other answers it and may call the first.
//!
//! It runs offline. `FASTROAI_MODEL=openai:gpt-4o-mini` (with `OPENAI_API_KEY`) asks a real model.

use std::io::{Write, stdout};

use fastroai::prelude::*;

/// What a message is about.
#[derive(Debug, serde::Deserialize, serde::Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Category {
    /// Payments and invoices.
    Billing,
    /// Parcels on their way.
    Delivery,
}

/// What the tools look things up in; a database, in a real program.
#[derive(Clone)]
struct Orders(Vec<&'static str>);

/// Look up where an order is.
#[safe_tool(effect = read_only)]
fn order(
    /// The order's number.
    #[tool(range(0..=999), example = 7)]
    number: usize,
    #[context] orders: &Orders,
) -> Result<&'static str, ToolError> {
    orders.0.get(number).copied().ok_or_else(|| ToolError::tell_model("there is no such order"))
}

/// You sort messages to a shop.
#[agent(
    model = "offline:demo",
    temperature = 0.0,
    description = "Sorts a customer's message into a category."
)]
async fn classify(
    /// The whole message.
    body: &str,
) -> Result<AgentResponse<Category>> {
    format!("Which category is this?\n\n{body}")
}

#[agent(
    model = "offline:demo",
    tools = [order, classify],
    instructions = "You answer customers of {shop} in one short sentence.",
    timeout = "60s"
)]
async fn answer(
    message: &str,
    shop: &str,
    #[context] orders: &Orders,
) -> Result<AgentResponse<String>> {
    format!("{message}\n\n({} orders are on file.)", orders.0.len())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let model = std::env::var("FASTROAI_MODEL").unwrap_or_else(|_| "offline:demo".to_owned());
    let orders = Orders(vec!["packed", "on its way"]);
    let message = "Where is my order number 1?";

    // Both are asked at the same time: a call is a future that has not begun.
    let (sorted, answered) = tokio::join!(
        classify(message).model(&model),
        answer(message, "Kew Books", &orders).model(&model)
    );
    let (sorted, answered) = (sorted?, answered?);
    writeln!(stdout(), "{:?}\n{}", sorted.output, answered.output)?;
    writeln!(stdout(), "{} + {}", sorted.cost, answered.cost)?;
    Ok(())
}
