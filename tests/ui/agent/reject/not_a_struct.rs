use fastroai::prelude::*;

/// You keep a library.
#[agent(model = "offline:demo")]
enum Librarian {}

/// You keep a library.
#[agent(model = "offline:demo")]
pub async fn keep(question: String) -> String {
    question
}

fn main() {}
