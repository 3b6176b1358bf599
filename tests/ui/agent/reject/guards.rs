use fastroai::prelude::*;

/// Answer.
#[agent(model = "offline:demo", guards = [self.guard, "secrets"])]
struct Held;

/// Answer.
#[agent(model = "offline:demo", guards = no_secrets)]
struct NoList;

/// Answer.
#[agent(model = "offline:demo", guardrails = [])]
struct Foreign;

fn main() {}
