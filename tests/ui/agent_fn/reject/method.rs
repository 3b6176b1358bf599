use fastroai::prelude::*;

struct Desk;

impl Desk {
    /// You sort messages.
    #[agent(model = "offline:demo")]
    async fn classify(&self, text: &str) -> Result<AgentResponse<String>> {
        text
    }
}

fn main() {}
