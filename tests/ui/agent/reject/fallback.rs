use fastroai::prelude::*;

/// Lend a book.
#[safe_tool]
async fn lend_book(title: String) -> String {
    title
}

/// You keep a library.
#[agent(model = "offline:demo", fallback = ["offline:demo", "openai:gpt-4o-mimi"])]
struct Slip;

/// You keep a library.
#[agent(model = "offline:demo", fallback = ["openai:o1-mini"], tools = [lend_book])]
struct NoTools;

/// You keep a library.
#[agent(model = "offline:demo", fallback = ["gpt-4o", "openai:gpt-4o-mini"])]
struct NoProvider;

/// You keep a library.
#[agent(model = "offline:demo", fallback = "openai:gpt-4o-mini")]
struct NoList;

/// You keep a library.
#[agent(model = "offline:demo", fallback_models = ["openai:gpt-4o-mini"])]
struct OtherName;

/// You keep a library.
#[agent(model = "offline:demo", output_mode = promted)]
struct Mode;

fn main() {}
