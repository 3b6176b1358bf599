use fastroai::prelude::*;

#[derive(serde::Deserialize, JsonSchema)]
struct Place {
    shelf: u32,
}

/// How many books stand in a place.
#[safe_tool]
async fn count_books(Place { shelf }: Place) -> u32 {
    shelf
}

fn main() {}
