#![deny(warnings)]
mod evil {
    pub struct Option;
    pub struct Vec;
    pub struct Box;
    pub struct String;
    pub fn some() {}
    pub mod std {}
    pub mod core {}
}

mod mine {
    #![allow(unused_imports)]
    use super::evil::*;
    use fastroai::{AgentResponse, agent};

    /// You sort messages.
    #[agent(model = "offline:demo", description = "Sorts.", instructions = "Sort {text}.")]
    pub async fn classify(text: &str, lines: &[u8]) -> fastroai::Result<AgentResponse<u8>> {
        some();
        let _ = lines;
        text
    }
}

fn main() {
    drop(mine::classify("x", &[]));
}
