use fastroai::prelude::*;

/// You sort messages.
#[agent(model = "offline:demo", output = String)]
async fn output(text: &str) -> Result<AgentResponse<String>> {
    text
}

/// You sort messages.
#[agent(model = "offline:demo", max_turn = 3)]
async fn misspelt(text: &str) -> Result<AgentResponse<String>> {
    text
}

/// You sort messages.
#[agent]
async fn no_model(text: &str) -> Result<AgentResponse<String>> {
    text
}

/// You sort messages.
#[agent(model = "openai:gpt-4oo", temperature = 7.5, budget = "cheap")]
async fn values(text: &str) -> Result<AgentResponse<String>> {
    text
}

/// You sort messages.
#[agent(model = "offline:demo", description = 5, type = "Sorter")]
async fn own(text: &str) -> Result<AgentResponse<String>> {
    text
}

fn main() {}
