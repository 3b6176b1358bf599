//! Agent functions.

use fastroai::prelude::*;

/// What a message is about.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Money.
    Billing,
    /// Parcels.
    Delivery,
}

/// Orders by number.
#[derive(Debug, Clone, Default)]
pub struct Orders(pub Vec<String>);

/// Look an order up.
#[safe_tool(needs = ["orders", "db:read"], roles = "clerk")]
pub async fn order(number: usize, #[context] orders: &Orders) -> Option<String> {
    orders.0.get(number).cloned()
}

/// You sort messages.
#[agent(model = "offline:demo", description = "Sorts a message.")]
pub async fn classify(subject: &str, body: &str) -> Result<AgentResponse<Category>> {
    format!("{subject}\n{body}")
}

/// You answer customers.
#[agent(model = "offline:demo", tools = [order, classify], grants = ["db:read", "orders"], description = "Answers.", tool_name = "reply")]
pub async fn answer(
    #[tool(length(1..))] text: String,
    #[tool(default = "English")] language: &str,
    #[context] orders: &Orders,
) -> Result<AgentResponse<String>> {
    format!("In {language}, of {} orders: {text}", orders.0.len())
}

#[agent(model = "offline:demo", instructions = "Translate into {language}.")]
async fn translate(text: &str, language: &str) -> Result<AgentResponse<String>> {
    format!("{text} ({language})")
}

/// Makes calls, and asks nothing.
pub fn unasked(orders: &Orders) {
    drop((classify("a", "b"), answer("c".to_owned(), "d", orders), translate("e", "f")));
}

/// You keep a desk.
#[agent(model = "offline:demo", tools = [answer, classify])]
#[derive(Debug, Clone)]
pub struct Desk {
    /// What it knows.
    pub orders: Orders,
}
