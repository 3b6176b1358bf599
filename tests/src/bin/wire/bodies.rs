//! A file of request bodies, as lines for a validator.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use fastroai_providers::protocol::Encoded;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::recording::Exchange;

/// A body, and the definition that it must fit.
#[derive(Serialize)]
pub(crate) struct Body {
    id: String,
    api: String,
    provider: String,
    version: Option<String>,
    #[serde(rename = "body")]
    json: Box<RawValue>,
}

impl Body {
    /// What was asked in an exchange; `None` where it is no JSON.
    pub(crate) fn of(exchange: &Exchange, encoded: &Encoded) -> Option<Self> {
        let text = String::from_utf8(encoded.body.clone()).ok()?;
        let version = encoded.headers.iter().find(|(name, _)| *name == "anthropic-version");
        Some(Self {
            id: String::new(),
            api: exchange.api.clone(),
            provider: exchange.provider.clone(),
            version: version.map(|(_, value)| value.clone()),
            json: RawValue::from_string(text).ok()?,
        })
    }
}

/// The file.
pub(crate) struct Bodies(BufWriter<File>, String);

impl Bodies {
    pub(crate) fn create(path: &Path) -> Result<Self, String> {
        let name = path.display().to_string();
        let file = File::create(path).map_err(|error| format!("{name}: {error}"))?;
        Ok(Self(BufWriter::new(file), name))
    }

    pub(crate) fn add(&mut self, place: &str, mut body: Body) -> Result<(), String> {
        place.clone_into(&mut body.id);
        let line = serde_json::to_string(&body).map_err(|error| error.to_string())?;
        writeln!(self.0, "{line}").map_err(|error| format!("{}: {error}", self.1))
    }

    pub(crate) fn close(mut self) -> Result<(), String> {
        self.0.flush().map_err(|error| format!("{}: {error}", self.1))
    }
}
