use fastroai::prelude::*;

/// You sort messages.
#[agent(model = "offline:demo")]
fn classify(text: &str) -> Result<AgentResponse<String>> {
    text
}

fn direct() {
    let _ = classify("x");
}

fn main() {}
