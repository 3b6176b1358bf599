use fastroai::prelude::*;

struct Category;

/// You sort messages.
#[agent(model = "offline:demo")]
async fn classify(text: &str) -> Result<AgentResponse<Category>> {
    text
}

fn main() {}
