//! The requests that providers answered, written again by the adapters.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use serde_json::value::RawValue;
use tests::validator::{Body, Validator};
use tests::{shared_or_skip, skip};

/// A line of the file of bodies.
#[derive(Deserialize)]
struct Line {
    id: String,
    api: String,
    provider: String,
    version: Option<String>,
    body: Box<RawValue>,
}

/// What is sent though the validator does not know it: a request that the recorded server took
/// against OpenAI's own limit, and a signature that Google documents for its copy of the API,
/// <https://ai.google.dev/gemini-api/docs/thought-signatures>.
const KNOWN: [&str; 2] =
    ["/max_output_tokens: 8 is less than 16", "/messages/1/extra_content: unknown key"];

/// The wires whose requests are compared, and how many of them at least.
const WIRES: [(&str, usize); 5] = [
    ("chat_completions", 700),
    ("messages", 285),
    ("responses", 225),
    ("generate_content", 245),
    ("stream_generate_content", 58),
];

#[test]
fn every_recorded_request_comes_out_the_same_and_fits_its_definition() {
    let test = "every_recorded_request_comes_out_the_same_and_fits_its_definition";
    let Some(shared) = shared_or_skip(test) else { return };
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bodies.jsonl");
    let mut bodies = Vec::new();
    for (wire, least) in WIRES {
        compare(&shared, wire, least, &file);
        let written = fs::read_to_string(&file).expect("the bodies");
        let lines = written.lines().map(|line| serde_json::from_str(line).expect("a body"));
        bodies.extend(lines.map(body));
    }
    let _ = fs::remove_file(file);
    let validator = match Validator::new(&shared) {
        Ok(validator) => validator,
        Err(error) => return skip(test, &error),
    };
    let failures = validator.failures(&bodies).expect("a verdict on every body");
    let unknown: Vec<&String> =
        failures.iter().filter(|line| !KNOWN.iter().any(|known| line.ends_with(known))).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
}

/// Compares the requests of one wire, of every provider, and leaves their bodies in the file.
fn compare(shared: &Path, wire: &str, least: usize, file: &Path) {
    let providers = fs::read_dir(shared.join("wire")).expect("the recordings");
    let folders: BTreeSet<_> = providers
        .map(|provider| provider.expect("an entry").path().join(wire))
        .filter(|folder| folder.is_dir())
        .collect();
    let mut command = Command::new(env!("CARGO_BIN_EXE_wire"));
    let command = command.args(folders).args(["--requests", "--bodies"]).arg(file);
    let output = command.output().expect("the wire binary starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    let summary = printed.lines().find(|line| line.contains(" compared, ")).unwrap_or_default();
    let summary = summary.strip_prefix("requests: ").unwrap_or_default();
    let compared = summary.split(' ').next().and_then(|number| number.parse().ok());
    let compared: usize = compared.unwrap_or_else(|| panic!("no summary: {printed}"));
    assert!(compared >= least, "{wire}: {summary}");
    let equal = format!("{compared} compared, {compared} equal, 0 different, ");
    assert!(summary.starts_with(&equal), "{wire}: {summary}");
}

/// A body of a test lives as long as the test.
fn body(line: Line) -> Body {
    Body {
        api: line.api.leak(),
        id: line.id,
        provider: Some(line.provider.leak()),
        version: line.version,
        body: line.body,
    }
}
