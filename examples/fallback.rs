//! An agent that asks a model on this machine first, and another one where it is not running.
//!
//! It needs neither key nor network: without a llama.cpp server at its usual address, the offline
//! model answers. A real chain would name `anthropic:claude-haiku-4-5`, say.

use std::io::{Write, stdout};

use fastroai::agent::Fallback;
use fastroai::prelude::*;
use fastroai::{RetryPolicy, Settings};

/// You are a travel assistant. Answer in one short sentence.
#[agent(model = "llamacpp:local", fallback = ["offline:demo"], timeout = "60s")]
struct Travel;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // A server that is not there will not be there in half a second either.
    let runtime = Runtime::builder().retry(RetryPolicy::never()).build();
    let answer = Travel.run("Do I need an umbrella in Lisbon?").on(&runtime).await?;
    writeln!(stdout(), "{}: {}", answer.model, answer.output)?;
    for line in answer.bill.lines() {
        let end = if line.failed { "failed" } else { "answered" };
        writeln!(stdout(), "  {}:{} {end}", line.provider, line.model)?;
    }

    // A call may name other fallbacks, and how each of them is to generate.
    let brief = Settings { max_tokens: Some(50), ..Settings::default() };
    let chain = [Fallback::new("ollama:llama3.2").settings(&brief), "offline:brief".into()];
    let answer = Travel.run("And in Paris?").fallback(chain).on(&runtime).await?;
    writeln!(stdout(), "{}: {}", answer.model, answer.output)?;

    // Where all fail, the error says why each did.
    let nowhere: [Fallback; 1] = ["vllm:local".into()];
    if let Err(error) = Travel.run("And in Rome?").fallback(nowhere).on(&runtime).await {
        for reason in error.model_errors() {
            writeln!(stdout(), "  {reason}")?;
        }
    }
    Ok(())
}
