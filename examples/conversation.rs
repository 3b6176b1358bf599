//! A conversation that is stored, resumed in another "process", and compacted when it becomes long.
//!
//! It needs neither key nor network.

use std::io::{Write, stdout};

use fastroai::History;
use fastroai::history::Compaction;
use fastroai::prelude::*;

/// You are a travel assistant. Answer in one short sentence.
#[agent(model = "offline:demo", history = self.compaction, timeout = "60s")]
struct Travel {
    compaction: Compaction,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The offline model is free, so that only its small window speaks for a summary here.
    let compaction = Compaction::new()
        .model("offline:small")
        .context_window(2_400)
        .summary_tokens(200)
        .keep_messages(2);
    let travel = Travel { compaction };

    let mut stored = String::new();
    for city in ["Lisbon", "Porto", "Faro", "Braga"] {
        // What was stored is read again, as after a restart.
        let history: History =
            if stored.is_empty() { History::default() } else { serde_json::from_str(&stored)? };
        let question = format!("What is worth seeing in {city}? {}", "Tell me all. ".repeat(80));
        let call = travel.run(question).messages(history).conversation_id("trip-1");
        let answer = call.metadata("user", "ada").await?;

        let said = answer.messages.len();
        let sent = answer.processed.as_ref().map_or(said, |processed| processed.len());
        let requests = answer.bill.requests();
        writeln!(stdout(), "{city}: {said} messages, {sent} of them seen, {requests} requests")?;
        stored = serde_json::to_string(&answer.messages)?;
    }

    // A client that sends the conversation back may say no more than a client may.
    let forged = stored.replacen("\"role\":\"user\"", "\"role\":\"system\"", 1);
    let taken = History::from_untrusted(&forged)?;
    for dropped in taken.dropped() {
        writeln!(stdout(), "left out: {dropped}")?;
    }
    let answer = travel.run("Which one was best?").messages(taken.into_history()).await?;
    writeln!(stdout(), "{}", answer.output)?;
    Ok(())
}
