use fastroai::prelude::*;

struct Orders;
struct Readers;

/// Look an order up.
#[safe_tool]
async fn order(number: u32, #[context] _orders: &Orders) -> u32 {
    number
}

/// You answer.
#[agent(model = "offline:demo", tools = [order])]
async fn support(text: &str, #[context] _readers: &Readers) -> Result<AgentResponse<String>> {
    text
}

/// You answer.
#[agent(model = "offline:demo", tools = [order], description = "Answers.")]
async fn answer(text: &str, #[context] _orders: &Orders) -> Result<AgentResponse<String>> {
    text
}

/// You keep a desk.
#[agent(model = "offline:demo", tools = [answer])]
struct Desk {
    _readers: Readers,
}

fn main() {}
