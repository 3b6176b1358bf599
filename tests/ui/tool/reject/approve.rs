use fastroai::prelude::*;

/// Pay back.
#[safe_tool(approve = externel)]
async fn slip(cents: u32) -> u32 {
    cents
}

/// Pay back.
#[safe_tool(approve = "external")]
async fn quoted(cents: u32) -> u32 {
    cents
}

/// Pay back.
#[safe_tool(approve = "the boss")]
async fn person(cents: u32) -> u32 {
    cents
}

/// Pay back.
#[safe_tool(approve(external))]
async fn list(cents: u32) -> u32 {
    cents
}

/// Pay back.
#[safe_tool(requires_approval = true)]
async fn elsewhere(cents: u32) -> u32 {
    cents
}

/// Pay back.
#[safe_tool(external)]
async fn alone(cents: u32) -> u32 {
    cents
}

fn main() {}
