#![deny(warnings)]
use std::collections::{BTreeSet, HashSet, VecDeque};

use fastroai::prelude::*;
use fastroai::tool::{Measured, Textual};

#[derive(serde::Deserialize, serde::Serialize, JsonSchema)]
struct Code(String);

impl Textual for Code {}
impl Measured for Code {}

type Maybe<T> = Option<T>;

/// Limits of every kind, on every kind of type.
#[safe_tool]
async fn all(
    #[tool(range(..=0))] r#type: i8,
    #[tool(range(-5..5), example = -5, default = 4)] b: i64,
    #[tool(range = 0..=18_446_744_073_709_551_615)] c: u64,
    #[tool(min = 0.5, max = 1e3, default = 0.5)] d: f32,
    #[tool(length(3), pattern = "^(a|b)+$", example = "aba")] e: Maybe<String>,
    #[tool(length(1..))] f: Option<Vec<u8>>,
    #[tool(length(..5))] g: HashSet<String>,
    #[tool(length(..=5))] h: BTreeSet<u8>,
    #[tool(length = 0..=5)] i: VecDeque<u8>,
    #[tool(length(2..=4), pattern = r"^[\w-]+$")] code: Code,
    #[tool(example = "x")] j: Box<str>,
    #[tool(example = vec![1, 2])] k: Vec<u8>,
    #[tool(pattern = "^[a-z]$")] l: char,
) -> usize {
    drop((r#type, b, c, d, e, f, i, code, j, k, l));
    g.len() + h.len()
}

/// You use it.
#[agent(model = "offline:demo", tools = [all])]
struct User;

fn main() {
    assert_eq!(User.tools().len(), 1);
}
