//! Looks for keys, tokens and passwords in a repository: `secrets [ROOT]`.
//!
//! Prints where each is, and never what it is. The file `.secretscan` at the root says which
//! made-up ones are meant to be there.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

use std::path::PathBuf;
use std::process::ExitCode;

use tests::secrets::{ALLOWED, scan};

fn main() -> ExitCode {
    let root = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("."), PathBuf::from);
    match scan(&root) {
        Ok(findings) if findings.is_empty() => ExitCode::SUCCESS,
        Ok(findings) => {
            for finding in &findings {
                println!("{finding}");
            }
            eprintln!(
                "take it out, and have it revoked where it is real; what is made up is put \
                 together from pieces, or told in `{ALLOWED}`"
            );
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}
