use fastroai::prelude::*;

#[derive(serde::Deserialize, JsonSchema)]
struct Category;

/// You sort messages.
#[agent(model = "offline:demo")]
async fn nothing(text: &str) {
    text
}

/// You sort messages.
#[agent(model = "offline:demo")]
async fn a_value(text: &str) -> String {
    text
}

/// You sort messages.
#[agent(model = "offline:demo")]
async fn no_response(text: &str) -> Result<Category> {
    text
}

/// You sort messages.
#[agent(model = "offline:demo")]
async fn no_result(text: &str) -> AgentResponse<Category> {
    text
}

/// You sort messages.
#[agent(model = "offline:demo")]
async fn other_error(text: &str) -> Result<AgentResponse<Category>, std::io::Error> {
    text
}

type Alias = std::result::Result<Category, Error>;

/// You sort messages.
#[agent(model = "offline:demo")]
async fn alias(text: &str) -> Alias {
    text
}

fn main() {}
