use fastroai::prelude::*;

/// Ranges in which there is nothing, and what is no range.
#[safe_tool]
async fn ranges(
    #[tool(range(10..=1))] a: u32,
    #[tool(range(5..5))] b: u32,
    #[tool(min = 5, max = 4)] c: f64,
    #[tool(length(9..=3))] d: String,
    #[tool(range(0..=300))] e: u8,
    #[tool(range(-1..))] f: Option<u16>,
    #[tool(range(0.5..=2.0))] g: i32,
    #[tool(range = "1-10")] h: i32,
    #[tool(length(-1..))] i: String,
    #[tool(range(..))] j: i32,
    #[tool(range(1..=3), min = 2)] k: i32,
) -> String {
    format!("{a} {b} {c} {d} {e} {f:?} {g} {h} {i} {j} {k}")
}

/// Patterns that are broken, or not known to all providers.
#[safe_tool]
async fn patterns(
    #[tool(pattern = "^[A-Z{3}$")] a: String,
    #[tool(pattern = "(?=x)")] b: String,
    #[tool(pattern = r"\p{L}+")] c: String,
    #[tool(pattern = 3)] d: String,
) -> String {
    format!("{a} {b} {c} {d}")
}

/// Defaults and examples outside of what is said.
#[safe_tool]
async fn literals(
    #[tool(range(1..=10), default = 11)] a: u32,
    #[tool(range(1..=10), example = 0)] b: u32,
    #[tool(length(..=3), default = "long")] c: String,
    #[tool(pattern = "^[A-Z]{3}$", example = "Lisbon")] d: String,
    #[tool(example = "3")] e: u32,
    #[tool(regex = "x")] f: String,
) -> String {
    format!("{a} {b} {c} {d} {e} {f}")
}

fn main() {}
