#![deny(warnings)]
#![allow(non_camel_case_types)]
use fastroai::prelude::*;

/// A tool that is called as a dependency is.
#[safe_tool]
async fn serde(text: String) -> String {
    text
}

/// A tool that is called as a crate of the language is.
#[safe_tool]
fn core(#[tool(default = Some(3))] number: Option<u8>, #[tool(default = 1.0)] ratio: Ratio) -> f64 {
    ratio * f64::from(number.unwrap_or_default())
}

type Ratio = f64;

/// A type that is written by hand, and a function of another name.
#[safe_tool(type = tracing)]
async fn trace(#[allow(unused)] from: u8) -> bool {
    true
}

/// You keep a library.
#[agent(model = "offline:demo", tools = [serde, core, tracing, self::inner::core])]
struct Librarian;

mod inner {
    /// A tool of a module.
    #[fastroai::safe_tool(name = "inner_core")]
    pub(super) async fn core() -> u8 {
        1
    }
}

fn main() {
    assert_eq!(Librarian.tools().len(), 4);
    assert!((core(Some(2), 1.5) - 3.0).abs() < f64::EPSILON);
}
