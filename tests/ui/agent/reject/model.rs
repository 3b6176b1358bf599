use fastroai::prelude::*;

/// Lend a book.
#[safe_tool]
async fn lend_book(title: String) -> String {
    title
}

/// You keep a library.
#[agent(model = "openai:gpt-4o-mimi")]
struct Slip;

/// You keep a library.
#[agent(model = "anthropic:claude-sonet-4-5")]
struct Dropped;

/// You keep a library.
#[agent(model = "antrophic:claude-sonnet-4-5")]
struct Provider;

/// You keep a library.
#[agent(model = "mine:large")]
struct Unknown;

/// You keep a library.
#[agent(model = "openai:o1-mini", tools = [lend_book])]
struct NoTools;

/// You keep a library.
#[agent(model = "gpt-4o")]
struct NoProvider;

/// You keep a library.
#[agent(model = "openai:")]
struct NoModel;

/// You keep a library.
#[agent(model = gpt)]
struct NoText;

/// You keep a library.
#[agent]
struct Missing;

fn main() {}
