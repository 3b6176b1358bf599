#![deny(warnings)]
use fastroai::prelude::*;

#[derive(serde::Deserialize, JsonSchema)]
struct Plan {
    steps: Vec<String>,
}

fn told(librarian: &Librarian) -> String {
    format!("You keep {}.", librarian.library)
}

#[agent(
    model = "offline:demo",
    instructions = told,
    output = std::collections::HashMap<String, Plan>,
    temperature = 1,
    max_tokens = 500,
    budget = "$0.05",
    price(input = "$2.50", output = "$10", cache_read = "$0.25", cache_write = "$3"),
    timeout = "1m30s",
    max_turns = 8,
    max_tool_calls = 12,
    max_concurrency = 4,
    output_attempts = 2,
    output_mode = prompted,
    fallback = ["openai:gpt-4o-mini", "offline:demo"],
    name = "librarian",
)]
struct Librarian {
    library: String,
    runtime: Runtime,
}

#[agent(model = "offline:demo", instructions = concat!("You keep ", "books."), capture_content)]
struct Concat;

#[agent(
    model = "openai:some-model-of-tomorrow",
    instructions = "You keep books.",
    capture_content = false
)]
struct Tomorrow;

mod own {
    pub struct Runtime;
}

/// You keep a library.
#[agent(model = "offline:demo")]
struct Namesake(own::Runtime);

fn main() {
    let librarian = Librarian { library: "Kew".to_owned(), runtime: Runtime::default() };
    assert_eq!(librarian.instructions(), "You keep Kew.");
    assert_eq!(Concat.instructions(), "You keep books.");
    assert_eq!(Tomorrow.config().model, "openai:some-model-of-tomorrow");
    let config = librarian.config();
    assert_eq!(
        (config.name.as_str(), config.max_turns, config.max_tool_calls),
        ("librarian", 8, 12)
    );
    assert_eq!((config.max_concurrency, config.output_attempts), (4, 2));
    assert_eq!(config.output_mode, Some(fastroai::run::OutputMode::Prompted));
    let fallback: Vec<_> = config.fallback.iter().map(|it| it.model.as_str()).collect();
    assert_eq!(fallback, ["openai:gpt-4o-mini", "offline:demo"]);
    assert_eq!(config.settings.temperature, Some(1.0));
    assert_eq!(config.budget.map(|budget| budget.picodollars()), Some(50_000_000_000));
    assert_eq!(config.timeout.map(|timeout| timeout.as_secs()), Some(90));
    let captures = [config.capture_content, Concat.config().capture_content];
    assert_eq!((captures, Tomorrow.config().capture_content), ([None, Some(true)], Some(false)));
    assert!(librarian.runtime().is_some());
    assert!(Namesake(own::Runtime).runtime().is_none());
    let plan = Plan { steps: Vec::new() };
    assert!(plan.steps.is_empty());
}
