//! What is wrong with a configuration.

use std::fmt;

use super::place::Place;

/// A configuration that cannot be used, with all that is wrong with it.
///
/// Neither its text nor its `Debug` shows a value that could be a secret.
///
/// ```
/// use fastroai::config::{Config, FaultKind};
/// let error = Config::parse("[agents.Travel]\ntemprature = 0.2").unwrap_err();
/// let fault = &error.faults()[0];
/// assert_eq!((fault.path(), fault.line(), fault.column()), ("agents.Travel.temprature", Some(2), Some(1)));
/// assert!(matches!(fault.kind(), FaultKind::UnknownKey { .. }));
/// assert!(error.to_string().contains("did you mean `temperature`?"));
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ConfigError {
    faults: Vec<Fault>,
}

impl ConfigError {
    pub(super) fn new(mut faults: Vec<Fault>) -> Self {
        faults.sort_by(|one, other| one.place.cmp(&other.place));
        faults.dedup();
        Self { faults }
    }

    #[cfg(feature = "audit")]
    pub(super) fn one(fault: Fault) -> Self {
        Self { faults: vec![fault] }
    }

    /// All that is wrong, in the order of the file; at least one.
    #[must_use]
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [fault] = &self.faults[..] {
            return fault.fmt(f);
        }
        write!(f, "the configuration has {} faults:", self.faults.len())?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConfigError({self})")
    }
}

impl std::error::Error for ConfigError {}

/// One thing that is wrong with a configuration.
#[derive(Clone, PartialEq, Eq)]
pub struct Fault {
    path: String,
    place: Place,
    kind: FaultKind,
    what: String,
}

impl Fault {
    pub(super) fn new(
        path: impl Into<String>,
        place: &Place,
        kind: FaultKind,
        what: String,
    ) -> Self {
        Self { path: path.into(), place: place.clone(), kind, what }
    }

    /// Which value it is about, as in `agents.Travel.temperature`; empty for the whole.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The file or the variable that it is in; `None` where the program set it.
    #[must_use]
    pub fn source_name(&self) -> Option<&str> {
        self.place.name()
    }

    /// The line, from 1, where it is in a file.
    #[must_use]
    pub fn line(&self) -> Option<u32> {
        self.place.position().map(|(line, _)| line)
    }

    /// The column, from 1, in characters, where it is in a file.
    #[must_use]
    pub fn column(&self) -> Option<u32> {
        self.place.position().map(|(_, column)| column)
    }

    /// What it is.
    #[must_use]
    pub fn kind(&self) -> &FaultKind {
        &self.kind
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.path)?;
        }
        f.write_str(&self.what)
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fault({self})")
    }
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultKind {
    /// The file cannot be read, or is too large.
    Unreadable,
    /// It is no TOML.
    Syntax,
    /// There is no such key or name.
    UnknownKey {
        /// The one that was probably meant.
        nearest: Option<String>,
    },
    /// The value is of another type.
    WrongType,
    /// The value is of the right type, and cannot be used.
    BadValue,
    /// A `${…}` cannot be read.
    Interpolation,
    /// A variable that is needed is not set.
    MissingVariable {
        /// Its name.
        name: String,
    },
    /// A key is there itself, where a reference to it should be.
    LiteralKey,
    /// It would let others read along, or say that they are the provider.
    Insecure,
    /// A feature of the crate is off that it needs.
    FeatureOff {
        /// Its name.
        feature: &'static str,
    },
    /// No agent has this name.
    UnknownAgent {
        /// The one that was probably meant.
        nearest: Option<String>,
    },
    /// A key that is referred to cannot be had.
    NoKey,
    /// The audit trail cannot be opened.
    Audit,
}
