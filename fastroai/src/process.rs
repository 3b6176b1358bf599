//! Programs that a program starts, and what they see of its environment: what is listed, and nothing else.
//!
//! A child sees all variables of its parent unless told otherwise, the keys of providers among them. One that is
//! started by [`command`] begins with none:
//!
//! ```no_run
//! use fastroai::process;
//! use std::process::Command;
//!
//! let mut git: Command = process::command("git")
//!     .args(["log", "--oneline"])
//!     .pass(["PATH", "HOME"])
//!     .set("LANG", "C")
//!     .into();
//! let output = git.output()?;
//! # Ok::<(), std::io::Error>(())
//! ```

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::process::Command;

/// A program that is to be started without any variable of this one but those that are listed.
///
/// The program is looked for in the `PATH` that it is given; without one only some folders of the system are, so
/// that a path is better there. On Windows many programs do not start without `SystemRoot`: pass it.
pub fn command(program: impl AsRef<OsStr>) -> ClearedCommand {
    ClearedCommand {
        program: program.as_ref().to_owned(),
        arguments: Vec::new(),
        variables: BTreeMap::new(),
    }
}

/// A program that sees only the variables that are listed; made by [`command`].
///
/// It becomes a [`std::process::Command`] by `into`, and that one a `tokio::process::Command` likewise. What is set
/// on those afterwards, as by `env`, the program sees too. `Debug` shows the names of the variables; that of a
/// `Command` shows their values and the arguments, so do not log one.
#[must_use = "a program is started by the `Command` that this becomes"]
pub struct ClearedCommand {
    program: OsString,
    arguments: Vec<OsString>,
    variables: BTreeMap<OsString, OsString>,
}

impl ClearedCommand {
    /// Adds an argument.
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    pub fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// Lets the program see these variables of this one, by their exact names and with the values that they have now.
    /// One that is not set here is not set there.
    pub fn pass<N: AsRef<OsStr>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        for name in names {
            if let Some(value) = std::env::var_os(&name) {
                self.variables.insert(name.as_ref().to_owned(), value);
            }
        }
        self
    }

    /// Sets a variable.
    pub fn set(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.variables.insert(name.as_ref().to_owned(), value.as_ref().to_owned());
        self
    }
}

impl From<ClearedCommand> for Command {
    fn from(cleared: ClearedCommand) -> Self {
        let ClearedCommand { program, arguments, variables } = cleared;
        let mut command = Self::new(program);
        command.args(arguments).env_clear().envs(variables);
        command
    }
}

impl fmt::Debug for ClearedCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&OsString> = self.variables.keys().collect();
        f.debug_struct("ClearedCommand")
            .field("program", &self.program)
            .field("arguments", &self.arguments.len())
            .field("variables", &names)
            .finish()
    }
}
