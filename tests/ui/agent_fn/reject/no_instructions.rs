use fastroai::prelude::*;

#[agent(model = "offline:demo")]
async fn classify(text: &str) -> Result<AgentResponse<String>> {
    text
}

fn main() {}
