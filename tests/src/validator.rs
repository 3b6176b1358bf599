//! Request bodies, checked against the providers' own definitions.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::python;

/// A request body, and the definition that it must fit.
#[derive(Debug, Clone, Serialize)]
pub struct Body {
    /// The definition: `chat_completions` or `messages`, among others.
    pub api: &'static str,
    /// What a failure is reported under.
    pub id: String,
    /// The provider, where it documents more than the API that its own copies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<&'static str>,
    /// The version of the definition, where a header names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The body, byte for byte as it goes over the wire, so that a key sent twice is seen.
    pub body: Box<RawValue>,
}

/// The validator in its Python environment.
#[derive(Debug)]
pub struct Validator {
    python: PathBuf,
    script: PathBuf,
}

impl Validator {
    /// The validator that lies in the shared folder.
    ///
    /// # Errors
    /// Where its Python environment cannot be made.
    pub fn new(shared: &Path) -> Result<Self, String> {
        let folder = shared.join("servers");
        let list = folder.join("requirements.txt");
        let text = fs::read_to_string(&list)
            .map_err(|error| format!("{} cannot be read: {error}", list.display()))?;
        let requirements: Vec<&str> = text
            .lines()
            .map(|line| line.split('#').next().unwrap_or_default().trim())
            .filter(|line| !line.is_empty())
            .collect();
        let python = python::environment("validator", &requirements)?;
        Ok(Self { python, script: folder.join("validate_requests.py") })
    }

    /// Has the validator check itself.
    ///
    /// # Errors
    /// Where one of its own checks fails; the text is what it printed.
    pub fn check_itself(&self) -> Result<(), String> {
        let output = self.run(&["--selftest"], "")?;
        if output.status.success() { Ok(()) } else { Err(printed(&output)) }
    }

    /// Checks bodies: one line for each that does not fit, and what is wrong with it.
    ///
    /// # Errors
    /// Where the validator did not look at every body.
    pub fn failures(&self, bodies: &[Body]) -> Result<Vec<String>, String> {
        let mut lines = String::new();
        for body in bodies {
            lines += &serde_json::to_string(body).map_err(|error| error.to_string())?;
            lines.push('\n');
        }
        let output = self.run(&[], &lines)?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let failures: Vec<String> =
            text.lines().filter(|line| line.starts_with("bad ")).map(str::to_owned).collect();
        let passed = text.lines().filter(|line| line.starts_with("ok ")).count();
        let complete = passed + failures.len() == bodies.len()
            && output.status.code() == Some(i32::from(!failures.is_empty()));
        if complete { Ok(failures) } else { Err(printed(&output)) }
    }

    fn run(&self, arguments: &[&str], input: &str) -> Result<Output, String> {
        let told = |error: std::io::Error| format!("{}: {error}", self.script.display());
        let mut process = Command::new(&self.python)
            .arg(&self.script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(told)?;
        let stdin = process.stdin.take();
        // It answers while it still reads, so that one thread alone could block on a full pipe.
        thread::scope(|scope| {
            scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input.as_bytes())));
            process.wait_with_output()
        })
        .map_err(told)
    }
}

fn printed(output: &Output) -> String {
    let [stdout, stderr] =
        [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    format!("{}: {stdout}{stderr}", output.status)
}
