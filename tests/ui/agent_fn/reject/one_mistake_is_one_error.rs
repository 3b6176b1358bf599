use fastroai::prelude::*;

#[derive(serde::Deserialize, serde::Serialize, JsonSchema)]
struct Category;

/// You sort messages.
#[agent(model = "offline:demo", description = "Sorts.", shade = "dark")]
async fn classify(text: &str) -> Result<AgentResponse<Category>> {
    text
}

/// You sort messages.
#[agent(model = "offline:demo", description = "Sorts.")]
async fn sort(text: &str) -> Result<Category> {
    text
}

/// You keep a desk.
#[agent(model = "offline:demo", tools = [classify, sort])]
struct Desk;

async fn direct() -> Result<Category> {
    let _ = sort("x").await?;
    Ok(classify("x").model("offline:other").await?.output)
}

fn main() {}
