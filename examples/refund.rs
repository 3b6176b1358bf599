//! A refund that a person has to approve, by an agent that may do nothing else with money.
//!
//! The run stops where the model would pay money back, and is written to a file. A manager reads what
//! it waits for, and decides; the run goes on from the file, and pays back once, however often someone
//! tries. All of it stands in an audit trail, which is verified at the end.
//!
//! It runs offline. `FASTROAI_MODEL=openai:gpt-4o-mini` (with `OPENAI_API_KEY`) asks a real model.

use std::fs;
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use fastroai::Principal;
use fastroai::approval::{Decisions, FileClaims, PausedRun};
use fastroai::audit::{self, AuditTrail};
use fastroai::prelude::*;

/// The shop that the tools work for.
#[derive(Default)]
struct Shop {
    refunds: AtomicU32,
}

/// What a customer has ordered, and what was paid for it.
#[safe_tool(effect = read_only, needs = "orders.read")]
async fn find_order(
    /// The number of the order, e.g. 1001.
    #[tool(range = 1001..=1050)]
    order: u32,
) -> String {
    format!("Order {order}: a kettle, 39.00 EUR, delivered broken")
}

/// Pay money back to the customer of an order.
#[safe_tool(approve, needs = "payments", roles = ["support"])]
async fn refund(
    /// The number of the order.
    #[tool(range = 1001..=1050)]
    order: u32,
    /// How much, in cents.
    #[tool(range = 1..=50_000)]
    cents: u32,
    #[context] shop: &Shop,
) -> String {
    shop.refunds.fetch_add(1, Ordering::Relaxed);
    format!("Paid back {cents} cents for order {order}")
}

/// You are the support of a shop. Look an order up before you refund it.
#[agent(
    model = "offline:demo",
    tools = [find_order, refund],
    grants = ["orders.read", "payments"],
    max_turns = 6,
    timeout = "60s"
)]
struct Support {
    shop: Shop,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = folder()?;
    let trail = folder.join("audit.jsonl");
    let runtime = Runtime::builder()
        .hook(AuditTrail::open(&trail)?)
        .claims(FileClaims::open(folder.join("claims"))?)
        .build();
    let model = std::env::var("FASTROAI_MODEL").unwrap_or_else(|_| "offline:demo".to_owned());
    let support = Support { shop: Shop::default() };
    let clerk = Principal::new("clerk-7").role("support");

    let asked = support
        .run("Order 1001 came broken. I want my money back.")
        .model(&model)
        .principal(clerk.clone())
        .on(&runtime)
        .await;
    let paused = match asked {
        Ok(answer) => return Ok(writeln!(stdout(), "nothing to approve: {}", answer.output)?),
        Err(error) => error.into_paused()?,
    };
    let stored = folder.join("paused.json");
    fs::write(&stored, serde_json::to_vec(&paused)?)?;
    writeln!(stdout(), "waits: {}", stored.display())?;

    // Somewhere else, some time later: what is decided, and by whom.
    let paused = read(&stored)?;
    let mut decisions = Decisions::new().by("manager-2");
    for request in paused.requests() {
        writeln!(stdout(), "approve `{}` with {}?  yes", request.tool, request.arguments)?;
        decisions = decisions.approve_shown(&request);
    }
    let answer = support
        .resume(paused, decisions.clone())
        .model(&model)
        .principal(clerk.clone())
        .on(&runtime)
        .await?;
    writeln!(stdout(), "{}  [{}]", answer.output, answer.cost)?;

    // Whoever reads the file again pays nothing back.
    let again =
        support.resume(read(&stored)?, decisions).model(&model).principal(clerk).on(&runtime).await;
    let Err(refused) = again else { return Err("it was resumed twice".into()) };
    writeln!(stdout(), "a second time: {}", refused.public())?;
    assert_eq!(support.shop.refunds.load(Ordering::Relaxed), 1);

    let chain = audit::verify(&trail)?;
    writeln!(stdout(), "{} audit records, none of them changed", chain.records)?;
    for record in audit::export(&trail, "clerk-7")? {
        writeln!(stdout(), "  {}", record.kind)?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<PausedRun, Box<dyn std::error::Error>> {
    Ok(PausedRun::from_json(&fs::read_to_string(path)?)?)
}

/// An empty folder for this run of the program, or the one that it is given.
fn folder() -> Result<PathBuf, std::io::Error> {
    let folder = match std::env::args_os().nth(1) {
        Some(given) => PathBuf::from(given),
        None => std::env::temp_dir().join(format!("fastroai-refund-{}", std::process::id())),
    };
    fs::create_dir_all(&folder)?;
    Ok(folder)
}
