//! Texts in which nothing is to be found: documentation and sources of the crates that this
//! repository is built with, by the versions in `Cargo.lock`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use fastroai::guard::{Redactor, Sensitive};

const LINES: usize = 10_000;

/// Every seventh line of prose and code, so that many crates are read and none fills the sample.
fn lines() -> Vec<String> {
    let mut files = Vec::new();
    for root in crates() {
        collect(&root, &mut files);
    }
    files.sort();
    files
        .iter()
        .filter_map(|file| std::fs::read_to_string(file).ok())
        .flat_map(|text| {
            let lines: Vec<String> = text
                .lines()
                .filter(|line| line.trim().len() >= 20)
                .step_by(7)
                .take(40)
                .map(str::to_owned)
                .collect();
            lines
        })
        .collect()
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
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            collect(&path, files);
        } else if path
            .extension()
            .is_some_and(|kind| kind == "md" || kind == "rs" || kind == "toml")
        {
            files.push(path);
        }
    }
}

#[test]
fn of_ten_thousand_benign_lines_hardly_one_is_taken_for_anything() {
    let all = lines();
    assert!(all.len() >= LINES, "only {} lines", all.len());
    let step = all.len() / LINES;
    let redactor = Redactor::standard();
    let mut taken: BTreeMap<&str, Vec<&str>> =
        Sensitive::ALL.into_iter().map(|kind| (kind.label(), Vec::new())).collect();
    for line in all.iter().step_by(step).take(LINES) {
        let labels: BTreeSet<_> =
            redactor.find(line).into_iter().map(|found| found.label).collect();
        for label in labels {
            taken.get_mut(&*label).expect("a kind").push(line);
        }
    }
    for (label, lines) in &taken {
        println!("{label}: {} of {LINES} lines", lines.len());
        // An address of someone in a file's head is one, and counts here all the same.
        assert!(lines.len() <= LINES / 200, "{label}: {}: {lines:#?}", lines.len());
    }
}
