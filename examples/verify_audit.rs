//! Holds an audit trail to its hashes: `verify_audit FILE [--key-file FILE] [--head NUMBER:HASH]`.
//!
//! Prints how many records it has and the last one's number and hash, or the line where the chain
//! is broken. Keep what it prints elsewhere: given as `--head` later, it shows an end that was cut
//! off, and a file that was written anew. The exit code is 0 where the trail holds, 1 where it does
//! not, and 2 where it cannot be told.

use std::error::Error;
use std::io::{Write, stderr, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

use fastroai::audit::{AuditError, Chain, Head, verify, verify_with_key};

const USAGE: &str = "usage: verify_audit FILE [--key-file FILE] [--head NUMBER:HASH]";

/// What is asked for.
#[derive(Default)]
struct Asked {
    file: PathBuf,
    key_file: Option<PathBuf>,
    /// A record that was there earlier.
    head: Option<(u64, String)>,
}

fn main() -> ExitCode {
    let verdict = asked().and_then(|asked| verified(&asked));
    match verdict {
        Ok(Ok(chain)) => {
            let Head { number, hash, .. } = &chain.head;
            let _ =
                writeln!(stdout(), "{} records hold, the last is {number}:{hash}", chain.records);
            ExitCode::SUCCESS
        }
        Ok(Err(why)) => {
            let _ = writeln!(stdout(), "broken: {why}");
            ExitCode::from(1)
        }
        Err(error) => {
            let _ = writeln!(stderr(), "{error}");
            ExitCode::from(2)
        }
    }
}

/// The chain, or why it does not hold.
fn verified(asked: &Asked) -> Result<Result<Chain, String>, Box<dyn Error>> {
    let chain = match &asked.key_file {
        // As an editor leaves it: the end of the line is none of the key.
        Some(file) => {
            let key = std::fs::read(file).map_err(|error| format!("the key: {error}"))?;
            verify_with_key(&asked.file, key.trim_ascii_end())
        }
        None => verify(&asked.file),
    };
    let chain = match chain {
        Ok(chain) => chain,
        Err(broken @ AuditError::Broken { .. }) => return Ok(Err(broken.to_string())),
        Err(error) => return Err(error.into()),
    };
    let Some((number, hash)) = &asked.head else { return Ok(Ok(chain)) };
    let mut head = chain.head.clone();
    (head.number, head.hash) = (*number, hash.clone());
    Ok(match chain.includes(&head) {
        Some(true) => Ok(chain),
        Some(false) => Err(format!("record {number} is another one than it was, or gone")),
        None => return Err(format!("record {number} was dropped since: take a later head").into()),
    })
}

fn asked() -> Result<Asked, Box<dyn Error>> {
    let (mut asked, mut arguments) = (Asked::default(), std::env::args_os().skip(1));
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--key-file") => asked.key_file = Some(arguments.next().ok_or(USAGE)?.into()),
            Some("--head") => {
                let head = arguments.next().and_then(|head| head.into_string().ok());
                let parts = head.as_deref().and_then(|head| head.split_once(':'));
                let (number, hash) = parts.ok_or(USAGE)?;
                asked.head = Some((number.parse().map_err(|_| USAGE)?, hash.to_owned()));
            }
            Some(option) if option.starts_with("--") => return Err(USAGE.into()),
            _ if asked.file.as_os_str().is_empty() => asked.file = argument.into(),
            _ => return Err(USAGE.into()),
        }
    }
    if asked.file.as_os_str().is_empty() { Err(USAGE.into()) } else { Ok(asked) }
}
