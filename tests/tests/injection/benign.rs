//! Texts that are no attack: sources, comments and documentation of the crates that this repository
//! is built with.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Lines of code and prose, and whole paragraphs of prose.
pub(crate) struct Benign {
    pub(crate) lines: Vec<String>,
    pub(crate) paragraphs: Vec<String>,
}

pub(crate) fn texts() -> Benign {
    let mut files = Vec::new();
    for root in crates() {
        collect(&root, &mut files);
    }
    files.sort();
    let mut benign = Benign { lines: Vec::new(), paragraphs: Vec::new() };
    for file in files {
        let Ok(text) = fs::read_to_string(&file) else { continue };
        let lines = text.lines().filter(|line| line.trim().len() >= 20).step_by(7).take(40);
        benign.lines.extend(lines.map(str::to_owned));
        if file.extension().is_some_and(|kind| kind == "md") {
            let is_prose = |text: &&str| text.len() >= 80 && text.contains(". ");
            let paragraphs = text.split("\n\n").filter(is_prose).step_by(2).take(60);
            benign.paragraphs.extend(paragraphs.map(str::to_owned));
        } else {
            benign.paragraphs.extend(documentation(&text).take(20));
        }
    }
    benign
}

/// Each block of documentation that has sentences.
fn documentation(source: &str) -> impl Iterator<Item = String> {
    let mut lines = source.lines().peekable();
    std::iter::from_fn(move || {
        let is_doc = |line: &&str| line.trim_start().starts_with("//");
        while !is_doc(lines.peek()?) {
            lines.next();
        }
        let mut block = String::new();
        while let Some(line) = lines.next_if(is_doc) {
            block.push_str(line.trim_start().trim_start_matches(['/', '!']).trim());
            block.push('\n');
        }
        Some(block)
    })
    .filter(|block| block.len() >= 200 && block.contains(". "))
}

fn crates() -> Vec<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked", "--manifest-path"])
        .arg(manifest)
        .output()
        .expect("cargo");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("metadata");
    let packages = metadata["packages"].as_array().expect("packages");
    packages
        .iter()
        .filter(|package| package["source"].is_string())
        .filter_map(|package| Path::new(package["manifest_path"].as_str()?).parent())
        .map(Path::to_owned)
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let kind = path.extension().and_then(|kind| kind.to_str());
        if path.is_dir() {
            collect(&path, files);
        } else if matches!(kind, Some("md" | "rs" | "toml")) {
            files.push(path);
        }
    }
}
