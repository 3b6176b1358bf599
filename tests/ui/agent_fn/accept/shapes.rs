#![deny(warnings, missing_docs)]
//! Agent functions of all shapes.
use fastroai::prelude::*;

/// What a message is about.
#[derive(Debug, serde::Deserialize, serde::Serialize, JsonSchema)]
pub enum Category {
    /// Money.
    Billing,
}

impl Category {
    fn all() -> &'static str {
        "billing"
    }
}

/// The name of the struct inside would be the same.
#[derive(Debug)]
pub struct CategoryAgent;

/// You sort messages.
#[agent(model = "offline:demo", description = "Sorts a message.")]
pub async fn category(
    text: &str,
    #[context] agent: &CategoryAgent,
) -> Result<AgentResponse<Category>> {
    format!("{} {text} {agent:?}", Category::all())
}

/// You sort messages.
#[agent(model = "offline:demo")]
async fn unit() -> Result<AgentResponse<String>> {
    "a fixed question"
}

/// You sort messages.
#[agent(model = "offline:demo", description = "Takes all.", type = Taker)]
async fn takes(
    /// Owned.
    prompt: String,
    agent: Option<u8>,
    words: &[String],
    path: &std::path::Path,
    category: &Category,
    r#type: &str,
    #[tool(default = 3, rename = "in")] place: u8,
) -> fastroai::Result<AgentResponse<Vec<Category>>> {
    if words.is_empty() {
        return String::new();
    }
    format!("{prompt} {agent:?} {} {category:?} {type} {place}", path.display())
}

mod other {
    pub type Answer<T> = std::result::Result<fastroai::AgentResponse<T>, fastroai::Error>;
}

/// You sort messages.
#[agent(model = "offline:demo")]
async fn alias<'a>(text: &'a str, other: &'a str) -> other::Answer<Category> {
    text.to_owned() + other
}

/// You keep a desk.
#[agent(model = "offline:demo", tools = [category, Taker])]
struct Desk {
    agent: CategoryAgent,
}

fn nested() {
    /// You sort messages.
    #[agent(model = "offline:demo", description = "Sorts.")]
    async fn inner(text: &str) -> Result<AgentResponse<String>> {
        text
    }
    /// You list it.
    #[agent(model = "offline:demo", tools = [inner])]
    async fn outer(text: &str) -> Result<AgentResponse<String>> {
        text
    }
    drop((inner("x"), outer("x")));
}

fn main() {
    let desk = Desk { agent: CategoryAgent };
    assert_eq!(desk.tools().len(), 2);
    drop(category("x", &desk.agent));
    drop(takes(String::new(), None, &[], "x".as_ref(), &Category::Billing, "x", 1));
    drop((unit(), alias("x", "y")));
    nested();
}
