//! Recordings on disk: which exchanges there are, and what is known of them.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

/// One file of recorded exchanges.
pub(crate) struct Recording {
    pub(crate) path: PathBuf,
    pub(crate) api: String,
    /// Only those of which something is known.
    pub(crate) exchanges: Vec<Exchange>,
}

/// One reply, and what is known of it.
pub(crate) struct Exchange {
    pub(crate) number: usize,
    pub(crate) api: String,
    pub(crate) status: u16,
    pub(crate) is_stream: bool,
    pub(crate) body: Vec<u8>,
    pub(crate) facts: Facts,
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
    api: String,
    interactions: Vec<ExchangeOnDisk>,
}

#[derive(Deserialize)]
struct ExchangeOnDisk {
    api: String,
    response: ResponseOnDisk,
    #[serde(default)]
    expected: Option<Map<String, Value>>,
}

#[derive(Deserialize)]
struct ResponseOnDisk {
    status: u16,
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
        let exchanges = exchanges.filter_map(|(number, on_disk)| {
            let facts = Facts(on_disk.expected?);
            Some(Exchange {
                number,
                api: on_disk.api,
                status: on_disk.response.status,
                is_stream: facts.is_true("is_stream"),
                body: bytes_of(&on_disk.response.body),
                facts,
            })
        });
        Ok(Some(Self { exchanges: exchanges.collect(), api: file.api, path }))
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
