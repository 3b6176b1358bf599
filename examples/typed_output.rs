//! An answer of several kinds, a validator that asks again, and an output function.
//!
//! It runs offline. `FASTROAI_MODEL=openai:gpt-4o-mini` (with `OPENAI_API_KEY`) or
//! `FASTROAI_MODEL=anthropic:claude-haiku-4-5` (with `ANTHROPIC_API_KEY`) asks a real model.

use std::io::{Write, stdout};
use std::sync::atomic::{AtomicU32, Ordering};

use fastroai::prelude::*;

/// What to do about a complaint. Each variant is a tool of its own where the answer is handed in by
/// one.
#[derive(Debug, serde::Deserialize, serde::Serialize, JsonSchema)]
enum Action {
    /// Give money back, for what is broken or never came.
    Refund {
        /// How much, in cents.
        cents: u32,
        /// Why, in one sentence that the customer may read.
        reason: String,
    },
    /// Ask the customer for what is missing to decide.
    Ask { question: String },
    /// Have a human look at it.
    Escalate,
}

/// More than this is for a human to decide.
fn affordable(action: &Action, context: &OutputContext) -> Result<(), OutputError> {
    match action {
        Action::Refund { cents, .. } if *cents > 5_000 => Err(OutputError::retry(format!(
            "attempt {}: a refund is at most 5000 cents, else escalate",
            context.attempt + 1
        ))),
        _ => Ok(()),
    }
}

/// You decide what to do about complaints to a shop.
#[agent(model = "offline:demo", output = Action, validate = affordable, output_mode = tool)]
struct Desk;

/// What is done in the end.
#[derive(serde::Serialize)]
struct Ticket {
    number: u32,
    action: Action,
}

/// You decide what to do about complaints to a shop, and file it.
#[agent(model = "offline:demo", output = Ticket, output_fn = Files::file, validate = affordable)]
struct Files {
    last: AtomicU32,
}

impl Files {
    /// As a database would, it gives a number.
    async fn file(&self, action: Action) -> Result<Ticket, OutputError> {
        tokio::task::yield_now().await;
        Ok(Ticket { number: self.last.fetch_add(1, Ordering::Relaxed) + 1, action })
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let model = std::env::var("FASTROAI_MODEL").unwrap_or_else(|_| "offline:demo".to_owned());
    let complaint = "The lamp came broken. It was 30 euros.";
    let mut out = stdout();

    let answer = Desk.run(complaint).model(&model).await?;
    match &answer.output {
        Action::Refund { cents, reason } => writeln!(out, "refund {cents} cents: {reason}")?,
        Action::Ask { question } => writeln!(out, "ask: {question}")?,
        Action::Escalate => writeln!(out, "a human looks at it")?,
    }

    let files = Files { last: AtomicU32::new(0) };
    let mut events = files.run(complaint).model(&model).stream();
    while let Some(event) = events.next().await {
        match event? {
            AgentEvent::Partial(so_far) => writeln!(out, "so far: {so_far}")?,
            AgentEvent::Cost(total) => writeln!(out, "spent:  {total}")?,
            AgentEvent::Done(answer) => {
                let Ticket { number, action } = answer.output;
                writeln!(out, "ticket {number}: {action:?}")?;
            }
            _ => {}
        }
    }
    Ok(())
}
