//! Replays recorded provider traffic through the adapters.
//!
//! ```text
//! cargo run -q -p tests --bin wire -- DIR… [--cuts] [--seed N]
//! ```
//!
//! Every exchange under the directories that has `expected` facts is read by the adapter of its
//! wire, and what it read is compared with the facts. `--cuts` feeds each stream also byte by byte
//! and cut at random places; what is read must stay the same.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod compare;
mod recording;
mod replay;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use fastroai_providers::anthropic::Messages;
use fastroai_providers::gemini::GenerateContent;
use fastroai_providers::openai::{ChatCompletions, Responses};
use fastroai_providers::protocol::Protocol;

use recording::Recording;

/// The adapter of a wire, by its name in the recordings.
fn adapter(api: &str) -> Option<Box<dyn Protocol>> {
    match api {
        "chat_completions" => Some(Box::new(ChatCompletions::new())),
        "generate_content" | "stream_generate_content" => Some(Box::new(GenerateContent::new())),
        "messages" => Some(Box::new(Messages::new())),
        "responses" => Some(Box::new(Responses::new())),
        _ => None,
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(sentence) => {
            eprintln!("wire: {sentence}");
            ExitCode::from(2)
        }
    }
}

/// Whether every exchange passed.
fn run() -> Result<bool, String> {
    let arguments = Arguments::read()?;
    let mut files = Vec::new();
    for directory in &arguments.directories {
        files.extend(Recording::all_under(directory)?);
    }
    if arguments.cuts {
        println!("seed {}", arguments.seed);
    }
    let mut cuts = arguments.cuts.then(|| replay::Cuts::new(arguments.seed));
    let (mut passed, mut failed, mut elsewhere) = (0_u32, 0_u32, 0_u32);
    for file in &files {
        let protocol = adapter(&file.api).ok_or_else(|| {
            format!("{}: there is no adapter for the wire `{}`", file.path.display(), file.api)
        })?;
        for exchange in &file.exchanges {
            // A recording of one wire may hold calls to another, which belongs to its own replay.
            if exchange.api != file.api {
                elsewhere += 1;
                continue;
            }
            let complaints = replay::exchange(&*protocol, exchange, cuts.as_mut());
            for complaint in &complaints {
                println!("{} #{} {complaint}", file.path.display(), exchange.number);
            }
            if complaints.is_empty() {
                passed += 1;
            } else {
                failed += 1;
            }
        }
    }
    if elsewhere > 0 {
        println!("{elsewhere} exchanges of other wires inside these recordings left out");
    }
    println!("{passed} passed, {failed} failed");
    Ok(failed == 0)
}

struct Arguments {
    directories: Vec<PathBuf>,
    cuts: bool,
    seed: u64,
}

impl Arguments {
    fn read() -> Result<Self, String> {
        let seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_secs());
        let mut read = Self { directories: Vec::new(), cuts: false, seed };
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--cuts" => read.cuts = true,
                "--seed" => {
                    read.seed = arguments
                        .next()
                        .and_then(|seed| seed.parse().ok())
                        .ok_or("`--seed` wants a whole number after it")?;
                }
                flag if flag.starts_with("--") => return Err(format!("`{flag}` is no option")),
                directory => read.directories.push(directory.into()),
            }
        }
        if read.directories.is_empty() {
            return Err("name one or more directories with recordings".to_owned());
        }
        Ok(read)
    }
}
