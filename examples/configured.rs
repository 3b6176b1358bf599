//! An agent that a deployment sets up by `fastroai.toml` and the environment.
//!
//! It needs neither key nor network. Try it with another model, with a slip, or with a path:
//!
//!     FASTROAI__AGENTS__TRAVEL__MODEL=offline:other cargo run --bin configured
//!     FASTROAI__AGENTS__TRAVEL__TIMEUOT=5s cargo run --bin configured
//!     cargo run --bin configured -- my.toml

use std::io::{Write, stdout};

use fastroai::config::Config;
use fastroai::prelude::*;

/// You are a travel assistant. Answer in one short sentence.
#[agent(model = "openai:gpt-4o-mini", temperature = 0.7)]
struct Travel;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1);
    let path = path.unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/fastroai.toml").into());
    let config = match Config::load(path) {
        Ok(config) => config,
        Err(error) => {
            // Each fault with its place, and with what to write. No secret is in it.
            for fault in error.faults() {
                writeln!(stdout(), "{fault}")?;
            }
            return Err("the configuration cannot be used".into());
        }
    };
    // A section for an agent that there is not would say nothing.
    config.check_agents(["Travel"])?;
    // What holds, and where each value is from; keys are shown as references.
    writeln!(stdout(), "{config}")?;

    let runtime = config.runtime()?.build();
    let answer = Travel.run("Do I need an umbrella in Lisbon?").on(&runtime).await?;
    writeln!(stdout(), "{}: {}", answer.model, answer.output)?;
    Ok(())
}
