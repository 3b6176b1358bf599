use fastroai::prelude::*;

/// You keep a library.
#[agent(model = "openai/gpt-4o")]
struct Slash;

/// You keep a library.
#[agent(model = " openai:gpt-4o")]
struct Space;

/// You keep a library.
#[agent(model = "")]
struct Empty;

/// You keep a library.
#[agent(model = ["openai:gpt-4o"])]
struct List;

/// You keep a library.
#[agent(model = "OpenAI:gpt-4o")]
struct Letters;

/// You keep a library.
#[agent(model = "openai:GPT-4o", fallback = ["openai:gpt4o", "antropic:claude-sonnet-4-5"])]
struct Fallback;

fn main() {}
