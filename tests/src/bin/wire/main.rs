//! Replays recorded provider traffic through the adapters.
//!
//! ```text
//! cargo run -q -p tests --bin wire -- DIR… [--cuts] [--requests] [--seed N] [--bodies FILE]
//! ```
//!
//! Every exchange under the directories that has `expected` facts is replayed by the adapter of its
//! wire and provider, and what was read is compared with the facts: first the recorded bytes alone,
//! then over a connection to a server on this machine, which answers the request that was rebuilt
//! from the recorded one with the recorded status, headers and body. `--cuts` does both again with
//! the body cut at every kind of place; what is read must stay the same. `--requests` compares the
//! rebuilt requests with the recorded ones. `--bodies` writes all request bodies to a file, as
//! lines for a validator. `N passed, N failed, N skipped` is the last line, with the wires of what
//! was skipped.
//!
//! It exits with 0 where all passed, 1 where something failed, 2 where there was nothing to do.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod arguments;
mod bodies;
mod compare;
mod cuts;
mod exchange;
mod loopback;
mod over_http;
mod rebuild;
mod recording;
mod replay;
mod requests;
mod tally;
mod wires;

use std::process::ExitCode;
use std::sync::Arc;

use futures_util::{StreamExt, stream};

use arguments::Arguments;
use bodies::Bodies;
use exchange::{Earlier, Findings, Scope};
use over_http::Line;
use recording::Recording;
use tally::{RequestTally, Tally};

/// How many files are replayed at once.
const AT_ONCE: usize = 16;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(sentence) => {
            eprintln!("wire: {sentence}");
            ExitCode::from(2)
        }
    }
}

/// Whether every exchange passed.
async fn run() -> Result<bool, String> {
    let arguments = Arguments::read(std::env::args().skip(1))?;
    let mut files = Vec::new();
    for directory in &arguments.directories {
        files.extend(Recording::all_under(directory)?.into_iter().map(Arc::new));
    }
    if arguments.cuts {
        println!("seed {}", arguments.seed);
    }
    let cuts = arguments.cuts.then_some(arguments.seed);
    let scope = Scope { cuts, requests: arguments.requests };
    let line = Line::open().await?;
    let mut bodies = arguments.bodies.as_deref().map(Bodies::create).transpose()?;
    let (mut tally, mut requests) = (Tally::default(), RequestTally::default());
    let mut replays = stream::iter(&files)
        .map(|file| tokio::spawn(replay(line.clone(), Arc::clone(file), scope)))
        .buffered(AT_ONCE)
        .zip(stream::iter(&files));
    while let Some((verdicts, file)) = replays.next().await {
        let verdicts = verdicts.map_err(|error| format!("{}: {error}", file.path.display()))?;
        for (exchange, verdict) in file.exchanges.iter().zip(verdicts) {
            let Some(mut findings) = verdict else {
                tally.skip(&exchange.api);
                continue;
            };
            let place = format!("{} #{}", file.path.display(), exchange.number);
            let mut complaints = findings.complaints;
            if let Some(outcome) = findings.request.take() {
                complaints.extend(requests.count(outcome, findings.unmodelled));
            }
            for complaint in &complaints {
                println!("{place} {complaint}");
            }
            *if complaints.is_empty() { &mut tally.passed } else { &mut tally.failed } += 1;
            if let (Some(bodies), Some(body)) = (&mut bodies, findings.body) {
                bodies.add(&place, body)?;
            }
        }
    }
    if let Some(bodies) = bodies {
        bodies.close()?;
    }
    if arguments.requests {
        println!("{requests}");
    }
    println!("{tally}");
    if tally.passed + tally.failed == 0 {
        return Err("nothing was replayed: no adapter speaks these wires".to_owned());
    }
    Ok(tally.failed == 0)
}

/// What was found in each exchange of a file; nothing, where it is skipped.
async fn replay(line: Line, file: Arc<Recording>, scope: Scope) -> Vec<Option<Findings>> {
    let mut earlier = Earlier::default();
    let mut verdicts = Vec::new();
    for exchange in &file.exchanges {
        let (Some(protocol), Some(facts)) = (wires::adapter(exchange), &exchange.facts) else {
            verdicts.push(None);
            continue;
        };
        let mut findings =
            exchange::examine(&line, &protocol, exchange, facts, &earlier, scope).await;
        earlier.answers.extend(findings.answer.take());
        earlier.heard += &String::from_utf8_lossy(&exchange.body);
        verdicts.push(Some(findings));
    }
    verdicts
}
