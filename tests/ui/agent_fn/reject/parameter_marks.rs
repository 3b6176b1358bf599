use fastroai::prelude::*;

struct Orders;

/// You sort messages.
#[agent(model = "offline:demo", description = "Sorts.")]
async fn sort(text: &str, #[ctx] _orders: &Orders) -> Result<AgentResponse<String>> {
    text
}

/// You sort messages.
#[agent(model = "offline:demo")]
async fn classify(#[arg(default = "x")] text: &str, #[contxt] _orders: &Orders) -> Result<AgentResponse<String>> {
    text
}

/// You sort messages.
#[agent(model = "offline:demo", description = "Sorts.")]
async fn route((subject, body): (String, String)) -> Result<AgentResponse<String>> {
    format!("{subject} {body}")
}

/// You sort messages.
#[agent(model = "offline:demo", output = ())]
async fn forward(text: &str) -> Result<AgentResponse<String>> {
    text
}

fn main() {}
