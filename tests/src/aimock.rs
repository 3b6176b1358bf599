//! An emulator of providers, [aimock](https://www.npmjs.com/package/@copilotkit/aimock), for the
//! wires that no server on this machine speaks.

use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::install::{folder, lock, once, run};
use crate::program::Program;

const PACKAGE: &str = "@copilotkit/aimock@1.43.0";

/// The key that it takes; another is refused.
pub const KEY: &str = "test-canary-0123456789";

/// What it answers to which question.
const FIXTURES: &str = include_str!("aimock.json");

/// Runs the emulator and ends when standard input does.
const UNTIL_STDIN_ENDS: &str = "
    process.stdin.resume();
    process.stdin.on('end', () => process.exit(0));
    await import(process.env.EMULATOR);
";

/// A running emulator on a loopback port, ended when dropped.
#[derive(Debug)]
pub struct Emulator(Program);

impl Emulator {
    /// The emulator of this test process, started on first use and kept until the process ends.
    ///
    /// # Errors
    /// Where there is no Node, it cannot be installed, or it does not start; a start that failed is
    /// not repeated.
    pub fn of_process() -> Result<&'static Self, String> {
        static EMULATOR: OnceLock<Result<Emulator, String>> = OnceLock::new();
        EMULATOR.get_or_init(Self::start).as_ref().map_err(Clone::clone)
    }

    fn start() -> Result<Self, String> {
        let home = folder("node")?;
        let script = install(&home)?;
        let fixtures = home.join(format!("fixtures-{}.json", std::process::id()));
        fs::write(&fixtures, FIXTURES)
            .map_err(|error| format!("{}: {error}", fixtures.display()))?;
        let started = Program::start(&home, "/health", |port| {
            let mut command = Command::new("node");
            command.args(["--input-type=module", "--eval", UNTIL_STDIN_ENDS, "--"]);
            command.args(["--port", &port.to_string(), "--strict", "--fixtures"]).arg(&fixtures);
            command.env("EMULATOR", &script).env("AIMOCK_API_KEYS", KEY);
            Ok(command)
        });
        let _ = fs::remove_file(fixtures);
        started.map(Self)
    }

    /// What it was asked in questions that hold this text, its journal's entries.
    ///
    /// # Errors
    /// Where it does not tell.
    pub fn asked(&self, text: &str) -> Result<Vec<Value>, String> {
        let journal = self.get_with("/v1/_requests", &format!("authorization: Bearer {KEY}"));
        let (status, journal) = journal.map_err(|error| error.to_string())?;
        let entries: Vec<Value> = serde_json::from_str(&journal)
            .map_err(|error| format!("its journal, with status {status}: {error}"))?;
        Ok(entries.into_iter().filter(|entry| entry["body"].to_string().contains(text)).collect())
    }
}

impl Deref for Emulator {
    type Target = Program;
    fn deref(&self) -> &Program {
        &self.0
    }
}

/// The emulator's program, installed where it is not there yet.
fn install(home: &Path) -> Result<PathBuf, String> {
    run(Command::new("node").arg("--version"))?;
    let _lock = lock(home)?;
    let folder = home.join("aimock");
    once(&folder, PACKAGE, || {
        run(Command::new("npm")
            .args(["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"])
            .arg("--prefix")
            .arg(&folder)
            .arg(PACKAGE))
    })?;
    Ok(folder.join("node_modules/@copilotkit/aimock/dist/cli.js"))
}
