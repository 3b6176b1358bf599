use fastroai::prelude::*;

struct Orders;

/// You sort messages.
#[agent(model = "offline:demo", description = "Sorts.")]
async fn pair((a, b): (String, String)) -> Result<AgentResponse<String>> {
    format!("{a} {b}")
}

/// You sort messages.
#[agent(model = "offline:demo")]
async fn of_run(text: &str, #[context] run: RunContext<'_>) -> Result<AgentResponse<String>> {
    format!("{text} {}", run.turn())
}

/// You sort messages.
#[agent(model = "offline:demo")]
async fn owned(text: &str, #[context] orders: Orders) -> Result<AgentResponse<String>> {
    text
}

/// You sort messages.
#[agent(model = "offline:demo")]
async fn marked(#[tool(default = 3)] number: u8) -> Result<AgentResponse<String>> {
    number.to_string()
}

struct Opaque;

/// You sort messages.
#[agent(model = "offline:demo", description = "Sorts.")]
async fn opaque(thing: &Opaque) -> Result<AgentResponse<String>> {
    let _ = thing;
    ""
}

fn main() {}
