use fastroai::prelude::*;

/// A pattern is for texts.
#[safe_tool]
async fn kinds(
    #[tool(pattern = "^[0-9]+$")] number: u32,
    #[tool(range(1..=10))] text: String,
    #[tool(length(1..=10))] flag: bool,
    #[tool(max = 3)] list: Vec<u8>,
) -> String {
    format!("{number} {text} {flag} {list:?}")
}

fn main() {}
