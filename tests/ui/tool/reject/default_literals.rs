use fastroai::prelude::*;

/// List the books.
#[safe_tool]
async fn list_books(
    #[tool(default = 1.5)] a: u8,
    #[tool(default = -1)] b: u64,
    #[tool(default = true)] c: String,
    #[tool(default = "3")] d: u32,
    #[tool(default = "yes")] e: bool,
    #[tool(default = 1)] f: f64,
    #[tool(default = 'x')] g: String,
    #[tool(default = "x")] h: char,
    #[tool(default = 5)] i: Option<String>,
    #[tool(example = "ten")] j: i8,
    #[tool(default = "a", default = "b")] k: String,
) -> String {
    format!("{a}{b}{c}{d}{e}{f}{g}{h}{i:?}{j}{k}")
}

fn main() {}
