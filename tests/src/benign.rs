//! Texts in which nothing is to be found: documentation and sources of the crates that this
//! repository is built with, by the versions in `Cargo.lock`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every seventh line of prose and code, so that many crates are read and none fills the sample.
#[must_use]
pub fn lines() -> Vec<String> {
    texts(|_, text| {
        let lines = text.lines().filter(|line| line.trim().len() >= 20).step_by(7).take(40);
        lines.map(str::to_owned).collect()
    })
}

/// Paragraphs of prose: of documents, and of the comments in sources.
#[must_use]
pub fn paragraphs() -> Vec<String> {
    texts(|file, text| {
        if file.extension().is_some_and(|kind| kind == "md") {
            let is_prose = |text: &&str| text.len() >= 80 && text.contains(". ");
            let paragraphs = text.split("\n\n").filter(is_prose).step_by(2).take(60);
            paragraphs.map(str::to_owned).collect()
        } else {
            comments(text).take(20).collect()
        }
    })
}

/// Each block of comments that has sentences.
fn comments(source: &str) -> impl Iterator<Item = String> {
    let mut lines = source.lines().peekable();
    std::iter::from_fn(move || {
        let is_comment = |line: &&str| line.trim_start().starts_with("//");
        while !is_comment(lines.peek()?) {
            lines.next();
        }
        let mut block = String::new();
        while let Some(line) = lines.next_if(is_comment) {
            block.push_str(line.trim_start().trim_start_matches(['/', '!']).trim());
            block.push('\n');
        }
        Some(block)
    })
    .filter(|block| block.len() >= 200 && block.contains(". "))
}

fn texts(of: impl Fn(&Path, &str) -> Vec<String>) -> Vec<String> {
    let mut files = Vec::new();
    for root in crates() {
        collect(&root, &mut files);
    }
    files.sort();
    let read = |file: &PathBuf| fs::read_to_string(file).ok().map(|text| of(file, &text));
    files.iter().filter_map(read).flatten().collect()
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
