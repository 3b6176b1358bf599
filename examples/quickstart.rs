//! A travel assistant whose tool needs something of the agent's: it streams an answer, then says
//! what that took.
//!
//! It runs offline. `FASTROAI_MODEL=openai:gpt-4o-mini` (with `OPENAI_API_KEY`) or
//! `FASTROAI_MODEL=anthropic:claude-haiku-4-5` (with `ANTHROPIC_API_KEY`) asks a real model.

use std::collections::BTreeMap;
use std::io::{Write, stderr, stdout};
use std::time::Duration;

use fastroai::prelude::*;

/// What the tool looks things up in; a database, in a real program.
struct Forecasts(BTreeMap<&'static str, &'static str>);

/// Today's forecast for a city.
#[safe_tool(effect = read_only, timeout = "5s", attempts = 2)]
async fn forecast(
    /// City name, e.g. "Lisbon".
    city: String,
    #[context] forecasts: &Forecasts,
) -> Result<String, ToolError> {
    // As a service would, it takes a moment.
    tokio::time::sleep(Duration::from_millis(20)).await;
    match forecasts.0.get(city.as_str()) {
        Some(forecast) => Ok(format!("{city}: {forecast}")),
        None => Err(ToolError::tell_model(format!("there is no forecast for {city}"))),
    }
}

/// You are a travel assistant. Answer in one short sentence.
#[agent(model = "offline:demo", tools = [forecast], max_tokens = 300, timeout = "60s")]
struct Travel {
    forecasts: Forecasts,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let travel =
        Travel { forecasts: Forecasts(BTreeMap::from([("Lisbon", "rain"), ("Paris", "clouds")])) };
    let model = std::env::var("FASTROAI_MODEL").unwrap_or_else(|_| "offline:demo".to_owned());
    let mut events = travel.run("Do I need an umbrella in Lisbon?").model(model).stream();

    while let Some(event) = events.next().await {
        match event? {
            AgentEvent::Text(delta) => {
                write!(stdout(), "{delta}")?;
                stdout().flush()?;
            }
            AgentEvent::ToolCall(call) => writeln!(stderr(), "{}({})", call.name, call.arguments)?,
            AgentEvent::Done(answer) => {
                writeln!(stdout())?;
                for call in &answer.tool_calls {
                    writeln!(
                        stderr(),
                        "tool    {} {:?} in {:?}",
                        call.name,
                        call.outcome,
                        call.elapsed
                    )?;
                }
                let tokens = |count: Option<u64>| count.map_or("?".to_owned(), |n| n.to_string());
                writeln!(
                    stderr(),
                    "tokens  {} in, {} out\ncost    {}\ntime    {:?}, {} requests to {}",
                    tokens(answer.usage.input_tokens),
                    tokens(answer.usage.output_tokens),
                    answer.cost,
                    answer.elapsed,
                    answer.requests,
                    answer.model,
                )?;
            }
            _ => {}
        }
    }
    Ok(())
}
