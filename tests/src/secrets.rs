//! A scan of a repository for keys, tokens and passwords.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::process::Command;

use fastroai::guard::{Redactor, Sensitive};

/// The file of a repository that says which made-up secrets are in which of its files: a line for
/// each, with the path, how many there are, and why.
pub const ALLOWED: &str = ".secretscan";

/// What is wrong in a repository. It never says what the secret is.
#[derive(Debug, PartialEq, Eq)]
pub enum Finding {
    /// Something that looks like a secret.
    Secret {
        /// The file, below the root of the repository.
        path: String,
        /// The line, from 1.
        line: usize,
        /// What it is taken for.
        kind: String,
        /// How long it is, in bytes.
        length: usize,
    },
    /// A line of the file [`ALLOWED`] that does not hold.
    Allowed {
        /// The file that it speaks of.
        path: String,
        /// What is wrong with the line.
        reason: String,
    },
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret { path, line, kind, length } => {
                write!(f, "{path}:{line}: {kind} of {length} bytes")
            }
            Self::Allowed { path, reason } => write!(f, "{ALLOWED}: {path}: {reason}"),
        }
    }
}

/// Goes through all files of the repository at `root` that git tracks, or would track; outside of one,
/// through all files but those that are built and fetched.
///
/// # Errors
/// Where a file cannot be read, or the file [`ALLOWED`] does not say why.
pub fn scan(root: &Path) -> Result<Vec<Finding>, String> {
    let mut allowed = allowed(root)?;
    let mut findings = Vec::new();
    for (path, found) in looked_through(root, &files(root)?)? {
        match allowed.remove(&path) {
            Some(count) if count == found.len() => {}
            Some(count) => {
                let reason = format!("{count} allowed, and {} are there", found.len());
                findings.push(Finding::Allowed { path, reason });
                findings.extend(found);
            }
            None => findings.extend(found),
        }
    }
    let stale = |(path, _)| Finding::Allowed { path, reason: "there is no such file".to_owned() };
    findings.extend(allowed.into_iter().map(stale));
    Ok(findings)
}

/// What is found in each file, by as many threads as there are processors.
fn looked_through(root: &Path, files: &[String]) -> Result<Vec<(String, Vec<Finding>)>, String> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let each = files.len().div_ceil(threads).max(1);
    let through = |files: &[String]| -> Result<Vec<(String, Vec<Finding>)>, String> {
        let redactor = Redactor::of([Sensitive::Secret]);
        let mut all = Vec::new();
        for path in files {
            // A link's target is a file of its own, or none of ours; what was deleted is gone.
            let whole = root.join(path);
            if whole.symlink_metadata().is_ok_and(|file| file.is_file()) {
                let bytes = std::fs::read(&whole).map_err(|error| format!("{path}: {error}"))?;
                let found = in_text(&redactor, path, &String::from_utf8_lossy(&bytes));
                all.push((path.clone(), found));
            }
        }
        Ok(all)
    };
    std::thread::scope(|scope| {
        let running: Vec<_> =
            files.chunks(each).map(|files| scope.spawn(move || through(files))).collect();
        let mut all = Vec::new();
        for thread in running {
            all.extend(thread.join().map_err(|_| "a thread panicked".to_owned())??);
        }
        Ok(all)
    })
}

/// Line by line: the first line of a private key tells it already.
fn in_text(redactor: &Redactor, path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        findings.extend(redactor.find(text).into_iter().map(|found| Finding::Secret {
            path: path.to_owned(),
            line,
            kind: found.label.to_string(),
            length: found.range.len(),
        }));
    }
    findings
}

/// How many secrets each file may hold.
fn allowed(root: &Path) -> Result<BTreeMap<String, usize>, String> {
    let text = match std::fs::read_to_string(root.join(ALLOWED)) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(format!("{ALLOWED}: {error}")),
    };
    let mut allowed = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let mut words = line.splitn(3, ' ');
        let (path, count, why) = (words.next(), words.next(), words.next());
        match (path, count.and_then(|count| count.parse().ok()), why.map(str::trim)) {
            (Some(path), Some(count), Some(why)) if !why.is_empty() => {
                allowed.insert(path.to_owned(), count);
            }
            _ => return Err(format!("{ALLOWED}: write `PATH COUNT REASON`, not `{line}`")),
        }
    }
    Ok(allowed)
}

/// What git tracks, or would track; everything, where it knows of nothing here.
fn files(root: &Path) -> Result<Vec<String>, String> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output();
    let mut all: Vec<String> = match output {
        Ok(output) if output.status.success() => {
            let all = String::from_utf8_lossy(&output.stdout);
            all.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    };
    if all.is_empty() {
        walk(root, "", &mut all)?;
    }
    all.sort();
    all.dedup();
    Ok(all)
}

/// All files below `folder`, but for what is built and what is fetched.
fn walk(root: &Path, folder: &str, all: &mut Vec<String>) -> Result<(), String> {
    const LEFT_OUT: [&str; 3] = [".git", "target", "node_modules"];
    let told = |error| format!("{}: {error}", root.join(folder).display());
    for entry in std::fs::read_dir(root.join(folder)).map_err(told)? {
        let entry = entry.map_err(told)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        match entry.file_type().map_err(told)? {
            kind if kind.is_dir() && !LEFT_OUT.contains(&name.as_str()) => walk(root, &path, all)?,
            kind if kind.is_file() => all.push(path),
            _ => {}
        }
    }
    Ok(())
}
