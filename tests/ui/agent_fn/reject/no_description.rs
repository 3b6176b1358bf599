use fastroai::prelude::*;

/// You sort messages.
#[agent(model = "offline:demo")]
async fn classify(text: &str) -> Result<AgentResponse<String>> {
    text
}

/// You keep a desk.
#[agent(model = "offline:demo", tools = [classify])]
struct Desk;

fn main() {}
