use fastroai::prelude::*;

/// You sort messages.
#[agent(model = "offline:demo")]
async fn classify<T: ToString>(text: T) -> Result<AgentResponse<String>> {
    text.to_string()
}

/// You sort messages.
#[agent(model = "offline:demo")]
async fn repeat<const N: usize>(text: &str) -> Result<AgentResponse<String>> {
    text.repeat(N)
}

fn main() {}
