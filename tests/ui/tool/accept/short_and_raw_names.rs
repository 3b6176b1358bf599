#![deny(warnings)]
use fastroai::prelude::*;

/// One letter.
#[safe_tool]
async fn a(a: String) -> String {
    a
}

/// The same letter as a type parameter that generated code might have.
#[safe_tool]
fn t(
    #[context] t: &A,
    r#type: String,
    agent: String,
    arguments: String,
    run: String,
    fields: String,
    schema: String,
    value: String,
) -> String {
    let _ = (t, agent, arguments, run, fields, schema, value);
    r#type
}

/// A keyword.
#[safe_tool]
async fn r#match(r#match: u8, error: Option<u8>) -> Result<u8, std::io::Error> {
    Ok(r#match + error.unwrap_or(1))
}

#[derive(Clone)]
struct A;

/// You answer.
#[agent(model = "offline:demo", tools = [a, t, r#match])]
struct r#Struct {
    r#type: A,
}

fn main() {
    let agent = r#Struct { r#type: A };
    let names: Vec<_> = agent.tools().iter().map(|tool| tool.definition().name.clone()).collect();
    assert_eq!(names, ["a", "t", "match"]);
}
