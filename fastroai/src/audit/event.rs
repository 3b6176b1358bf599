//! What happened, before it is written down.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::emitted::Emitter;

/// Something that happened: a kind, fields that stay, content of which a digest stays.
#[derive(Clone)]
#[must_use = "an event is written by `AuditTrail::append`"]
pub struct Event {
    pub(super) kind: String,
    pub(super) run: Option<String>,
    pub(super) subject: Option<String>,
    pub(super) actor: Option<String>,
    pub(super) fields: Map<String, Value>,
    pub(super) content: Vec<(String, Vec<u8>)>,
}

impl Event {
    /// An event of this kind.
    pub fn new(kind: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            run: None,
            subject: None,
            actor: None,
            fields: Map::new(),
            content: Vec::new(),
        }
    }

    /// The run that it belongs to.
    pub fn run(mut self, id: impl Into<String>) -> Self {
        self.run = Some(id.into());
        self
    }

    /// Whose data it concerns: the name is kept beside the chain, and [`erase`](super::erase) takes
    /// it out.
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Who did it: kept beside the chain as the subject is, and [`erase`](super::erase) takes it out.
    pub fn actor(mut self, actor: impl Into<String>) -> Self {
        self.actor = Some(actor.into());
        self
    }

    /// Adds a field, which is part of the chain for good: no content, and nothing personal.
    ///
    /// A value that cannot be written as JSON is `null`.
    pub fn with(mut self, name: &str, value: impl Serialize) -> Self {
        let value = serde_json::to_value(value).unwrap_or_default();
        self.fields.insert(name.to_owned(), value);
        self
    }

    /// Adds a digest of some content, by which the content can be recognised and not be read.
    ///
    /// The digest is salted; the salt is erased with the subject, and the digest says nothing then.
    pub fn digest_of(mut self, name: &str, content: impl AsRef<[u8]>) -> Self {
        self.content.push((name.to_owned(), content.as_ref().to_vec()));
        self
    }
}

impl Event {
    /// Adds a field, where there is anything to say.
    pub(super) fn with_any(self, name: &str, value: Option<impl Serialize>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The same, with its texts fit to be kept for good: names come from users, models and peers.
    pub(super) fn passed(mut self, emitter: &Emitter) -> Self {
        if let Some(run) = &mut self.run {
            *run = emitter.id(run).to_string();
        }
        self.fields.values_mut().for_each(|value| pass(value, emitter));
        self
    }
}

fn pass(value: &mut Value, emitter: &Emitter) {
    match value {
        Value::String(text) => *text = emitter.name(text).to_string(),
        Value::Array(values) => values.iter_mut().for_each(|value| pass(value, emitter)),
        Value::Object(fields) => fields.values_mut().for_each(|value| pass(value, emitter)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("kind", &self.kind)
            .field("run", &self.run)
            .finish_non_exhaustive()
    }
}
