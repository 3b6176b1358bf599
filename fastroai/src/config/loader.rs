//! The layers of a configuration, put together.

use std::cell::RefCell;
use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::agents::Agents;
use super::fault::{ConfigError, Fault, FaultKind};
use super::place::{Lines, Place};
use super::providers::Providers;
use super::running::Running;
use super::section::{Reading, Section};
use super::shown::shown_path;
use super::tree::{self, DEEPEST, Table, Value};
use super::variables::{Environment, PREFIX};
use super::{Config, Settled, policies, prices};

/// The largest file that is read, in bytes.
const LARGEST: usize = 256 * 1024;

/// What a text without a file is called.
const NAME: &str = "fastroai.toml";

/// A configuration that is put together: a file or a text, the environment over it, and over both what
/// the program sets.
///
/// ```
/// use fastroai::config::Config;
/// let config = Config::loader()
///     .text("[agents.Travel]\nmodel = \"${TRAVEL_MODEL:-offline:demo}\"")
///     .environment(|| vec![("FASTROAI__RUNTIME__STRICT".to_owned(), "true".to_owned())])
///     .load()?;
/// assert!(config.effective().contains("model = \"offline:demo\""));
/// assert!(config.effective().contains("strict = true"));
/// # Ok::<(), fastroai::config::ConfigError>(())
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct Loader {
    source: Source,
    environment: Environment,
    set: Vec<(String, String)>,
}

#[derive(Clone, Default)]
enum Source {
    #[default]
    None,
    File(PathBuf),
    FileIfThere(PathBuf),
    Text(String),
}

impl Loader {
    /// Reads this file.
    pub fn file(mut self, path: impl AsRef<Path>) -> Self {
        self.source = Source::File(path.as_ref().to_owned());
        self
    }

    /// Reads this file, if there is one.
    pub fn file_if_there(mut self, path: impl AsRef<Path>) -> Self {
        self.source = Source::FileIfThere(path.as_ref().to_owned());
        self
    }

    /// Reads this text as if it were a file.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.source = Source::Text(text.into());
        self
    }

    /// Takes variables from here instead of the environment of the process, also those of keys, which
    /// are looked up for each request; for tests, say.
    pub fn environment(
        mut self,
        variables: impl Fn() -> Vec<(String, String)> + Send + Sync + 'static,
    ) -> Self {
        self.environment = Environment::new(variables);
        self
    }

    /// Sets a value over all layers, as in `runtime.budget` and `$25`. It is read as that of a variable.
    pub fn set(mut self, path: impl Into<String>, value: impl Into<String>) -> Self {
        self.set.push((path.into(), value.into()));
        self
    }

    /// The configuration.
    ///
    /// # Errors
    /// All that is wrong, at once.
    pub fn load(self) -> Result<Config, ConfigError> {
        let mut faults = Vec::new();
        let mut table = self.table().map_err(ConfigError::new)?;
        tree::fill_in(&mut table, &[], &self.environment, &mut faults);
        for (name, value) in self.environment.settings() {
            let place = Place::Variable { name: name.escape_debug().to_string().into() };
            let path = name.strip_prefix(PREFIX).unwrap_or_default();
            let path: Vec<&str> = path.split("__").collect();
            let Some(value) = value else {
                let what = "it is no Unicode: set it to a text".to_owned();
                faults.push(Fault::new("", &place, FaultKind::BadValue, what));
                continue;
            };
            set(&mut table, &path, &value, &place, &mut faults);
        }
        for (path, value) in &self.set {
            let path: Vec<&str> = path.split('.').collect();
            set(&mut table, &path, value, &Place::Program, &mut faults);
        }
        settle(&table, self.environment, faults)
    }

    /// What the file says.
    fn table(&self) -> Result<Table, Vec<Fault>> {
        let (path, is_needed) = match &self.source {
            Source::None => return Ok(Table::new()),
            Source::Text(text) => return tree::read(&Lines::new(NAME, text), text),
            Source::File(path) => (path, true),
            Source::FileIfThere(path) => (path, false),
        };
        let name = path.display().to_string().escape_debug().to_string();
        let place = Place::Whole { name: name.as_str().into() };
        let fault = |what: String| vec![Fault::new("", &place, FaultKind::Unreadable, what)];
        let mut bytes = Vec::new();
        let read =
            File::open(path).and_then(|file| file.take(LARGEST as u64 + 1).read_to_end(&mut bytes));
        match read {
            Err(error) if error.kind() == ErrorKind::NotFound && !is_needed => {
                return Ok(Table::new());
            }
            Err(error) => return Err(fault(format!("the file cannot be read: {}", error.kind()))),
            Ok(_) if bytes.len() > LARGEST => {
                let what = format!(
                    "the file is larger than {} KiB: is it a configuration?",
                    LARGEST / 1024
                );
                return Err(fault(what));
            }
            Ok(_) => {}
        }
        match String::from_utf8(bytes) {
            Ok(text) => tree::read(&Lines::new(&name, &text), &text),
            Err(_) => Err(fault("the file is no UTF-8: save it as such".to_owned())),
        }
    }
}

/// Sets a value whose path is of a variable's name, or of the program.
fn set(table: &mut Table, path: &[&str], value: &str, place: &Place, faults: &mut Vec<Fault>) {
    if path.len() > DEEPEST || path.iter().any(|part| part.is_empty()) {
        let what =
            "it names no value: write the section and the key, as in `FASTROAI__RUNTIME__BUDGET`";
        let kind = FaultKind::UnknownKey { nearest: None };
        faults.push(Fault::new("", place, kind, what.to_owned()));
        return;
    }
    let path: Vec<String> = match place {
        Place::Variable { .. } => named(table, path),
        _ => path.iter().map(|part| (*part).to_owned()).collect(),
    };
    tree::set(table, &path, value, place);
}

/// The path of a variable, in the letters of the file.
fn named(table: &Table, path: &[&str]) -> Vec<String> {
    let section = path.first().map(|section| section.to_ascii_lowercase()).unwrap_or_default();
    let agents = tree::table_at(table, "agents");
    let part = |(index, part): (usize, &&str)| match (section.as_str(), index) {
        ("agents", 1) => {
            let said = agents
                .and_then(|agents| agents.keys().find(|name| name.eq_ignore_ascii_case(part)));
            said.map_or_else(|| (*part).to_owned(), Clone::clone)
        }
        ("providers", 1) | ("agents", 3) => part.to_ascii_lowercase().replace('_', "-"),
        _ => part.to_ascii_lowercase(),
    };
    path.iter().enumerate().map(part).collect()
}

/// What all of it means.
fn settle(
    table: &Table,
    variables: Environment,
    faults: Vec<Fault>,
) -> Result<Config, ConfigError> {
    let mut reading = Reading {
        variables,
        allows_literal_keys: false,
        faults: RefCell::new(faults),
        shown: RefCell::default(),
    };
    // It is read before all else, since keys are read by it.
    let literal = table.get("allow_literal_keys").map(|entry| &entry.node.value);
    reading.allows_literal_keys = match literal {
        Some(Value::Bool(allows)) => *allows,
        Some(Value::Untyped(text)) => text.trim() == "true",
        Some(Value::Text(text)) if text.is_filled => text.filled.trim() == "true",
        _ => false,
    };
    let root = Section::root(&reading, table);
    root.boolean("allow_literal_keys");
    let providers = Providers::read(root.child("providers").as_ref());
    let running = root.child_or_empty("runtime", Running::read);
    let agents = Agents::read(root.child("agents").as_ref());
    let prices = root.child("prices").and_then(|section| prices::read(&section));
    let (limits, audit) = (root.child("limits"), root.child("audit"));
    #[cfg(feature = "limits")]
    let limits = limits.map(|section| policies::limits(&section));
    #[cfg(not(feature = "limits"))]
    policies::refuse(limits.as_ref(), "limits");
    #[cfg(feature = "audit")]
    let audit = audit.and_then(|section| policies::audit(&section));
    #[cfg(not(feature = "audit"))]
    policies::refuse(audit.as_ref(), "audit");
    root.finish();
    let Reading { variables, faults, shown, .. } = reading;
    let faults = faults.into_inner();
    if !faults.is_empty() {
        return Err(ConfigError::new(faults));
    }
    Ok(Config(Arc::new(Settled {
        variables,
        providers,
        running,
        agents: Arc::new(agents),
        prices,
        #[cfg(feature = "limits")]
        limits,
        #[cfg(feature = "audit")]
        audit,
        #[cfg(feature = "audit")]
        trail: Mutex::default(),
        told: Mutex::default(),
        shown: shown.into_inner(),
    })))
}

impl fmt::Debug for Loader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let paths: Vec<String> = self
            .set
            .iter()
            .map(|(path, _)| shown_path(&path.split('.').collect::<Vec<_>>()))
            .collect();
        f.debug_struct("Loader").field("set", &paths).finish_non_exhaustive()
    }
}
