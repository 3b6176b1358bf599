//! A contract as a file: what it says, and whether it still holds.

use std::path::{Path, PathBuf};
use std::{fs, io};

use fastroai_providers::{Schema, anthropic, gemini, openai};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::contract::Contract;
use super::diff;

/// Why an agent is not held to its contract.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ContractError {
    /// There is none yet.
    #[error(
        "`{agent}` has no contract yet: there is no {path}\nread what it says, write it with `{command}`, and commit it:\n\n{text}",
        path = path.display()
    )]
    Missing {
        /// The agent's name.
        agent: String,
        /// Where it should be.
        path: PathBuf,
        /// What it would say.
        text: String,
        /// What writes it.
        command: String,
    },
    /// The agent tells models something else.
    #[error(
        "what a model reads of `{agent}` is not what {path} says (`-` is the file, `+` is now):\n\n{difference}\nif this is meant, write it anew with `{command}`, and commit it",
        path = path.display()
    )]
    Different {
        /// The agent's name.
        agent: String,
        /// The file.
        path: PathBuf,
        /// The lines that differ.
        difference: String,
        /// What writes it.
        command: String,
    },
    /// The file cannot be read or written.
    #[error("the contract {path} cannot be read or written: {cause}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: io::Error,
    },
}

impl Contract {
    /// Holds the agent to the file of its name in this folder.
    ///
    /// # Errors
    /// Where the file is missing, says something else, or cannot be read.
    pub fn check(&self, folder: &Path) -> Result<(), ContractError> {
        let path = self.path(folder);
        let now = self.to_text();
        let agent = self.agent.clone();
        match fs::read_to_string(&path) {
            Ok(text) if text.lines().eq(now.lines()) => Ok(()),
            Ok(text) => {
                let difference = diff::lines(&text, &now);
                Err(ContractError::Different { agent, path, difference, command: command() })
            }
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                Err(ContractError::Missing { agent, path, text: now, command: command() })
            }
            Err(cause) => Err(ContractError::File { path, cause }),
        }
    }

    /// Writes the file of the agent's name in this folder.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), ContractError> {
        let path = self.path(folder);
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, self.to_text()));
        written.map_err(|cause| ContractError::File { path, cause })
    }

    /// `MyAgent` is kept in `my_agent.json`.
    fn path(&self, folder: &Path) -> PathBuf {
        let mut name = String::new();
        let mut was_lower = false;
        for letter in self.agent.chars() {
            if letter.is_uppercase() && was_lower {
                name.push('_');
            }
            was_lower = letter.is_lowercase() || letter.is_numeric();
            let plain = if letter.is_alphanumeric() { letter } else { '_' };
            name.extend(plain.to_lowercase());
        }
        folder.join(format!("{name}.json"))
    }

    /// What the file says.
    #[must_use]
    pub fn to_text(&self) -> String {
        let tools = self.tools.iter().map(|tool| {
            json!({
                "name": tool.name,
                "description": paragraph(&tool.description),
                "parameters": tool.parameters.as_value(),
            })
        });
        let contract = json!({
            "agent": self.agent,
            "instructions": paragraph(&self.instructions),
            "tools": tools.collect::<Vec<_>>(),
            "output": self.output.as_ref().map(Schema::as_value),
            "dialects": {
                "openai": self.dialect(openai::strict_schema),
                "anthropic": self.dialect(anthropic::strict_schema),
                "gemini": self.dialect(gemini::strict_schema),
            },
        });
        format!("{contract:#}\n")
    }

    /// The answer's schema as this provider gets it, and what its strict mode cannot carry.
    fn dialect(&self, strict: fn(&Schema) -> Result<&RawValue, &str>) -> Value {
        let mut dialect = Map::new();
        let mut refused = Map::new();
        for tool in &self.tools {
            if let Err(reason) = strict(&tool.parameters) {
                refused.insert(format!("tools/{}", tool.name), reason.into());
            }
        }
        match self.output.as_ref().map(strict) {
            Some(Ok(text)) => {
                let schema = serde_json::from_str(text.get()).unwrap_or_default();
                dialect.insert("output".to_owned(), schema);
            }
            Some(Err(reason)) => {
                refused.insert("output".to_owned(), reason.into());
            }
            None => {}
        }
        if !refused.is_empty() {
            dialect.insert("not_strict".to_owned(), refused.into());
        }
        dialect.into()
    }
}

/// A text of several lines is a list of them, so that a difference shows the line.
fn paragraph(text: &str) -> Value {
    if text.contains('\n') { text.split('\n').collect() } else { text.into() }
}

fn command() -> String {
    command_with("FASTROAI_UPDATE")
}

/// What runs the test that runs now with this variable set: the thread of a test has its name.
pub(super) fn command_with(variable: &str) -> String {
    let package = std::env::var("CARGO_PKG_NAME").map(|name| format!(" -p {name}"));
    let thread = std::thread::current();
    let test = thread.name().filter(|name| *name != "main").map(|name| format!(" {name}"));
    format!("{variable}=1 cargo test{}{}", package.unwrap_or_default(), test.unwrap_or_default())
}
