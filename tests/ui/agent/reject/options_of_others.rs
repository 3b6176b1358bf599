use fastroai::prelude::*;

/// You keep a library.
#[agent(model = "offline:demo", tool = [], timeout_seconds = 60, max_tokens = -5)]
struct Librarian;

fn main() {
    let _ = Agent::builder().model("offline:demo").timeout_seconds(60);
}
