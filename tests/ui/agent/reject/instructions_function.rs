use fastroai::prelude::*;

#[agent(model = "offline:demo", instructions = count)]
struct Number;

fn count(_: &Number) -> usize {
    3
}

#[agent(model = "offline:demo", instructions = told)]
struct Other;

fn told(name: &str) -> String {
    name.to_owned()
}

#[agent(model = "offline:demo", instructions = tell)]
struct Misspelt;

fn main() {}
