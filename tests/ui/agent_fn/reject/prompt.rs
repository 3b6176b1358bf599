use fastroai::prelude::*;

async fn fetch() -> String {
    String::new()
}

/// You sort messages.
#[agent(model = "offline:demo")]
async fn waits(text: &str) -> Result<AgentResponse<String>> {
    format!("{text} {}", fetch().await)
}

/// You sort messages.
#[agent(model = "offline:demo")]
async fn fails(text: &str) -> Result<AgentResponse<String>> {
    let number: u8 = text.parse()?;
    number.to_string()
}

/// You sort messages.
#[agent(model = "offline:demo")]
async fn no_text(number: u32) -> Result<AgentResponse<String>> {
    number + 1
}

/// You sort messages.
#[agent(model = "offline:demo")]
async fn empty(text: &str) -> Result<AgentResponse<String>> {
    println!("{text}");
}

fn main() {}
