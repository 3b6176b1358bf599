use fastroai::prelude::*;

#[derive(serde::Deserialize, JsonSchema)]
enum Order {
    Title,
}

/// List the books.
#[safe_tool]
async fn list_books(#[tool(default = "ten")] count: u32, #[tool(default = Order::Title)] order: Order) -> u32 {
    match order {
        Order::Title => count,
    }
}

fn main() {}
