use fastroai::prelude::*;

#[derive(serde::Deserialize, JsonSchema)]
enum Order {
    Title,
}

/// List the books.
#[safe_tool]
async fn list_books(#[tool(default = Order::Title)] order: Order) -> u32 {
    match order {
        Order::Title => 1,
    }
}

/// Count the books.
#[safe_tool]
async fn count_books(#[tool(default = "ten")] limit: u32) -> u32 {
    limit
}

fn main() {}
