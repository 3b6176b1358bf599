use fastroai::prelude::*;

#[derive(serde::Deserialize, JsonSchema)]
struct Category;

/// You sort messages.
#[agent(model = "offline:demo", description = "Sorts.")]
async fn classify(text: &str) -> Result<AgentResponse<Category>> {
    text
}

fn main() {}
