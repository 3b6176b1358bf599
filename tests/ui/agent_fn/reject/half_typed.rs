use fastroai::prelude::*;

/// You sort messages.
#[agent(mod)]
async fn key(text: &str) -> Result<AgentResponse<String>> {
    text
}

/// You sort messages.
#[agent(model = "offline:demo", description = )]
async fn no_value(text: &str) -> Result<AgentResponse<String>> {
    text
}

/// You sort messages.
#[agent(model = "offline:demo", descr = "Sorts.")]
async fn slip(text: &str) -> Result<AgentResponse<String>> {
    text
}

/// You keep a desk.
#[agent(model = "offline:demo", tools = [no_value, slip])]
struct Desk;

async fn direct() -> Result<String> {
    Ok(key("x").await?.output + &no_value("x").await?.output)
}

fn main() {}
