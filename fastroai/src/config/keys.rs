//! Keys as a configuration refers to them, read anew for each request.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use fastroai_providers::http::{ApiKey, KeyError, KeyFuture, KeyProvider};
use futures_util::FutureExt;
use futures_util::future::ready;
use secrecy::{ExposeSecret, SecretString};
use tokio::runtime::Handle;

use super::fault::FaultKind;
use super::place::Place;
use super::section::{Refused, Section};
use super::shown::{self, MASK};
use super::tree::Value;
use super::variables::{Environment, is_name};

/// The largest file that is read as a key, in bytes.
const LARGEST_KEY: u64 = 64 * 1024;

/// Where a key is.
#[derive(Clone)]
pub(super) enum Reference {
    /// In a variable of the environment.
    Variable(String),
    /// In a file.
    File(PathBuf),
    /// In the configuration, where that is allowed.
    Literal(SecretString),
}

/// A reference, and which value of the configuration it is.
#[derive(Clone)]
pub(super) struct Named {
    pub(super) reference: Reference,
    pub(super) path: String,
}

impl Named {
    /// The key, as it is now. A file is read.
    pub(super) fn read(&self, variables: &Environment) -> Result<ApiKey, KeyError> {
        let (text, place) = self.text(variables)?;
        match ApiKey::new(text.expose_secret().trim()) {
            Ok(key) => Ok(key.from_place(place)),
            Err(error) => Err(KeyError::new(format!("in {place}: {error}"))),
        }
    }

    /// What stands there, and where that is.
    pub(super) fn text(&self, variables: &Environment) -> Result<(SecretString, String), KeyError> {
        let path = &self.path;
        match &self.reference {
            Reference::Literal(key) => Ok((key.clone(), format!("`{path}`"))),
            Reference::Variable(name) => match variables.get(name) {
                Some(text) => Ok((text.into(), format!("`{name}`"))),
                None => Err(KeyError::new(format!(
                    "the variable `{name}` is not set, which `{path}` refers to: set it"
                ))),
            },
            Reference::File(file) => {
                let place = format!("the file `{}`", file.display().to_string().escape_debug());
                let mut text = String::new();
                let opened = File::open(file);
                match opened.and_then(|file| file.take(LARGEST_KEY).read_to_string(&mut text)) {
                    Ok(_) => Ok((text.into(), place)),
                    Err(error) => {
                        let what = format!("{place} cannot be read, which `{path}` refers to");
                        Err(KeyError::new(what).with_source(error))
                    }
                }
            }
        }
    }

    /// As a file says it.
    fn shown(&self) -> String {
        match &self.reference {
            Reference::Variable(name) => format!("{{ env = {} }}", shown::text(name)),
            Reference::File(path) => {
                format!("{{ file = {} }}", shown::text(&path.display().to_string()))
            }
            Reference::Literal(_) => format!("\"{MASK}\""),
        }
    }
}

impl Section<'_> {
    /// A reference to a key.
    pub(super) fn key(&self, name: &'static str) -> Option<Named> {
        let node = self.node(name)?;
        if let Value::Table(_) = node.value {
            return self.referenced(name, &self.child(name)?);
        }
        let path = format!("{}.{name}", self.path());
        let read = |value: &Value| self.written(value, node.place.name());
        let named = |reference| Named { reference, path };
        self.value(name, |value| read(value).map(named), Named::shown)
    }

    /// The key of a provider that the user has named.
    pub(super) fn key_of(&self, name: &str, value: &Value) -> Option<Named> {
        if let Value::Table(_) = value {
            return self.referenced(name, &self.named_table(name)?);
        }
        if let Value::Broken = value {
            return None;
        }
        let path = format!("{}.{}", self.path(), shown::shown_name(name));
        match self.written(value, self.source_of(name)) {
            Ok(reference) => {
                let named = Named { reference, path };
                self.show(name, named.shown());
                Some(named)
            }
            Err((kind, what)) => {
                self.fault(name, kind, what);
                None
            }
        }
    }

    fn referenced(&self, name: &str, table: &Section<'_>) -> Option<Named> {
        let (reference, place) = table.reference()?;
        let named = Named { reference, path: table.path() };
        self.show_from(name, named.shown(), place);
        Some(named)
    }

    /// The table `{ env = "…" }` or `{ file = "…" }`.
    fn reference(&self) -> Option<(Reference, Place)> {
        let before = self.reading.faults.borrow().len();
        let variable = self.part("env", "\"OPENAI_API_KEY\"");
        let file = self.part("file", "\"/run/secrets/openai\"");
        self.finish();
        if self.reading.faults.borrow().len() > before {
            return None;
        }
        match (variable, file) {
            (Some((name, place)), None) if is_name(&name) => {
                return Some((Reference::Variable(name), place));
            }
            (None, Some((path, place))) if !path.is_empty() => {
                return Some((Reference::File(path.into()), place));
            }
            (Some(_), None) => {
                let what = "it is no name of a variable: write the name, and not the key, as in \
                            `env = \"OPENAI_API_KEY\"`";
                self.fault("env", FaultKind::BadValue, what);
            }
            (None, Some(_)) => {
                self.fault("file", FaultKind::BadValue, "it is empty: write the path of a file");
            }
            _ => {
                let what =
                    "a key is in one place: write either `{ env = \"…\" }` or `{ file = \"…\" }`";
                self.fault_here(FaultKind::BadValue, what);
            }
        }
        None
    }

    /// A key that is written as a text.
    fn written(&self, value: &Value, source: Option<&str>) -> Result<Reference, Refused> {
        let text = match value {
            Value::Text(text) => match &text.only {
                Some(variable) => return Ok(Reference::Variable(variable.clone())),
                None => &text.filled,
            },
            Value::Untyped(text) => match source {
                // A variable is a place for a key.
                Some(variable) => return Ok(Reference::Variable(variable.to_owned())),
                None => text,
            },
            other => {
                let what = format!(
                    "it is {}: write `{{ env = \"…\" }}` or `{{ file = \"…\" }}`",
                    other.kind()
                );
                return Err((FaultKind::WrongType, what));
            }
        };
        if !self.reading.allows_literal_keys {
            let what = "a key stands here itself: write `{ env = \"…\" }` or `{ file = \"…\" }`, or \
                        `allow_literal_keys = true` at the top to have it taken as it is";
            return Err((FaultKind::LiteralKey, what.to_owned()));
        }
        match ApiKey::new(text.as_str()) {
            Ok(_) => Ok(Reference::Literal(text.clone().into())),
            Err(error) => Err((FaultKind::BadValue, error.to_string())),
        }
    }
}

/// The keys that a configuration refers to, by provider.
#[derive(Clone)]
pub(super) struct Referenced {
    pub(super) keys: Arc<BTreeMap<String, Named>>,
    pub(super) variables: Environment,
}

impl KeyProvider for Referenced {
    fn key<'a>(&'a self, provider: &'a str) -> KeyFuture<'a> {
        if let Some(known) = self.known(provider) {
            return ready(known).boxed();
        }
        async move {
            let Some(named) = self.keys.get(provider).cloned() else { return Ok(None) };
            let variables = self.variables.clone();
            let key = match Handle::try_current() {
                // A disk may be slow, and may be far away.
                Ok(runtime) => {
                    runtime.spawn_blocking(move || named.read(&variables)).await.map_err(
                        |error| KeyError::new("the reading was given up").with_source(error),
                    )?
                }
                Err(_) => named.read(&variables),
            };
            key.map(Some)
        }
        .boxed()
    }

    fn known(&self, provider: &str) -> Option<Result<Option<ApiKey>, KeyError>> {
        match self.keys.get(provider) {
            None => Some(Ok(None)),
            Some(Named { reference: Reference::File(_), .. }) => None,
            Some(named) => Some(named.read(&self.variables).map(Some)),
        }
    }
}

/// The keys of the first, and where it has none, of the second.
pub(crate) struct Either(pub(crate) Arc<dyn KeyProvider>, pub(crate) Arc<dyn KeyProvider>);

impl KeyProvider for Either {
    fn key<'a>(&'a self, provider: &'a str) -> KeyFuture<'a> {
        async move {
            match self.0.key(provider).await? {
                None => self.1.key(provider).await,
                key => Ok(key),
            }
        }
        .boxed()
    }

    fn refresh<'a>(&'a self, provider: &'a str) -> KeyFuture<'a> {
        async move {
            match self.0.refresh(provider).await? {
                None => self.1.refresh(provider).await,
                key => Ok(key),
            }
        }
        .boxed()
    }

    fn known(&self, provider: &str) -> Option<Result<Option<ApiKey>, KeyError>> {
        match self.0.known(provider)? {
            Ok(None) => self.1.known(provider),
            key => Some(key),
        }
    }
}
