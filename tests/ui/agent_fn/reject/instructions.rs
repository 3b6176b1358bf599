use fastroai::prelude::*;

#[agent(model = "offline:demo", instructions = "You serve {custmer} in {city}.")]
struct Misspelt {
    customer: String,
    city: String,
}

#[agent(model = "offline:demo", instructions = "Answer as {\"a\": 1}.")]
struct Json;

#[agent(model = "offline:demo", instructions = "You serve {city")]
struct Open {
    city: String,
}

struct Opaque;

#[agent(model = "offline:demo", instructions = "You serve {opaque}.")]
struct NoText {
    opaque: Opaque,
}

#[agent(model = "offline:demo", instructions = "Answer in {langage}.")]
async fn answer(question: &str, language: &str) -> Result<AgentResponse<String>> {
    format!("{question} {language}")
}

fn main() {}
