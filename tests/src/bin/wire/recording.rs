//! Recordings on disk: what was asked, what came back, and what is known of it.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

/// One file of recorded exchanges.
pub(crate) struct Recording {
    pub(crate) path: PathBuf,
    pub(crate) exchanges: Vec<Exchange>,
}

/// One request and its reply, and what is known of the reply.
pub(crate) struct Exchange {
    pub(crate) number: usize,
    pub(crate) provider: String,
    pub(crate) api: String,
    pub(crate) url: String,
    pub(crate) request: Value,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Nothing, where only the reply itself was recorded.
    pub(crate) facts: Option<Facts>,
}

impl Exchange {
    /// The model that was asked: in the body, or in the address, as in `models/NAME:method`.
    pub(crate) fn model(&self) -> &str {
        let path = self.url.split(['?', '#']).next().unwrap_or_default();
        let addressed = || {
            let (_, name) = path.rsplit_once('/')?;
            name.split_once(':').map(|(name, _)| name)
        };
        self.request["model"].as_str().or_else(addressed).unwrap_or_default()
    }

    /// Whether the reply was asked for in pieces.
    pub(crate) fn asks_for_stream(&self) -> bool {
        self.request["stream"] == true || self.url.contains(":streamGenerateContent")
    }
}

/// What is known of a reply. A field that is not there, or is unsure, says nothing.
pub(crate) struct Facts(Map<String, Value>);

impl Facts {
    pub(crate) fn get(&self, field: &str) -> Option<&Value> {
        let unsure = self.0.get("unsure").and_then(Value::as_array);
        let unsure = unsure.is_some_and(|fields| fields.iter().any(|name| name == field));
        self.0.get(field).filter(|_| !unsure)
    }

    pub(crate) fn text(&self, field: &str) -> Option<&str> {
        self.get(field)?.as_str()
    }

    pub(crate) fn list(&self, field: &str) -> Option<&[Value]> {
        self.get(field)?.as_array().map(Vec::as_slice)
    }

    pub(crate) fn is_true(&self, field: &str) -> bool {
        self.get(field) == Some(&Value::Bool(true))
    }
}

#[derive(Deserialize)]
struct FileOnDisk {
    interactions: Vec<ExchangeOnDisk>,
}

#[derive(Deserialize)]
struct ExchangeOnDisk {
    provider: String,
    api: String,
    request: RequestOnDisk,
    response: ResponseOnDisk,
    #[serde(default)]
    expected: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct RequestOnDisk {
    url: String,
    body: Value,
}

#[derive(Deserialize)]
struct ResponseOnDisk {
    status: u16,
    #[serde(default)]
    headers: Map<String, Value>,
    body: Value,
}

impl Recording {
    /// Every recording below a directory, in the order of the paths.
    pub(crate) fn all_under(directory: &Path) -> Result<Vec<Self>, String> {
        let mut paths = Vec::new();
        collect(directory, &mut paths)?;
        paths.sort();
        let mut recordings = Vec::new();
        for path in paths {
            recordings.extend(Self::read(path)?);
        }
        if recordings.iter().all(|recording| recording.exchanges.is_empty()) {
            return Err(format!("{}: holds no exchange to replay", directory.display()));
        }
        Ok(recordings)
    }

    /// `None` for a file of JSON that is no recording.
    fn read(path: PathBuf) -> Result<Option<Self>, String> {
        let at = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let text = fs::read(&path).map_err(|error| at(&error))?;
        let json: Value = serde_json::from_slice(&text).map_err(|error| at(&error))?;
        if json.get("interactions").is_none() {
            return Ok(None);
        }
        let file: FileOnDisk = serde_json::from_value(json).map_err(|error| at(&error))?;
        let exchanges = file.interactions.into_iter().enumerate();
        let exchanges = exchanges.map(|(number, on_disk)| on_disk.into_exchange(number)).collect();
        Ok(Some(Self { path, exchanges }))
    }
}

impl ExchangeOnDisk {
    fn into_exchange(self, number: usize) -> Exchange {
        let headers = self.response.headers.into_iter();
        let headers = headers.filter_map(|(name, value)| match value {
            Value::String(value) => Some((name.to_ascii_lowercase(), value)),
            _ => None,
        });
        Exchange {
            number,
            provider: self.provider,
            api: self.api,
            url: self.request.url,
            request: self.request.body,
            status: self.response.status,
            headers: headers.collect(),
            body: bytes_of(&self.response.body),
            facts: self.expected.map(Facts),
        }
    }
}

fn collect(directory: &Path, paths: &mut Vec<PathBuf>) -> Result<(), String> {
    let at = |error: std::io::Error| format!("{}: {error}", directory.display());
    for entry in fs::read_dir(directory).map_err(at)? {
        let path = entry.map_err(at)?.path();
        if path.is_dir() {
            collect(&path, paths)?;
        } else if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
    Ok(())
}

/// A body as it went over the wire: text as it was, JSON written again.
fn bytes_of(body: &Value) -> Vec<u8> {
    match body {
        Value::Null => Vec::new(),
        Value::Object(fields) if fields.len() == 1 => match fields.get("text") {
            Some(Value::String(text)) => text.clone().into_bytes(),
            _ => body.to_string().into_bytes(),
        },
        body => body.to_string().into_bytes(),
    }
}
