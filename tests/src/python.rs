//! Python environments below Cargo's target directory, made on first use.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::install::{folder, lock, once, run};

/// Installs the environments; faster than `pip`, and it never fetches an interpreter here.
const UV: &str = "uv==0.13.9";

/// Where environments and what they write live, in Cargo's target directory.
pub const HOME: &str = "python";

/// The interpreter of an environment that has these requirements, made where it is not there yet.
///
/// Test binaries run side by side, so that a lock file lets one at a time install. An environment
/// whose requirements have changed is made anew.
///
/// # Errors
/// Where there is no Python, or an installation fails; the text says which.
pub fn environment(name: &str, requirements: &[&str]) -> Result<PathBuf, String> {
    let home = folder(HOME)?;
    let folder = home.join(name);
    let interpreter = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let _lock = lock(&home)?;
    // An environment holds its own path, so that one that was moved is made anew as well.
    let recipe = format!("{}\n{}", folder.display(), requirements.join("\n"));
    once(&folder, &recipe, || {
        let uv = uv(&home)?;
        run(Command::new(&uv)
            .args(["venv", "--quiet", "--no-python-downloads", "--python"])
            .arg(system_python()?)
            .arg(&folder))?;
        run(Command::new(&uv)
            .args(["pip", "install", "--quiet", "--python"])
            .arg(&interpreter)
            .args(requirements))
    })?;
    Ok(interpreter)
}

/// A folder with what is in these packages, without what they need: each a requirement that names
/// one version, and the SHA-256 of its file.
///
/// # Errors
/// Where there is no Python, or a package cannot be fetched or is another one; the text says which.
pub fn unpacked(name: &str, packages: &[(&str, &str)]) -> Result<PathBuf, String> {
    let home = folder(HOME)?;
    let folder = home.join(name);
    let _lock = lock(&home)?;
    let requirements: Vec<String> =
        packages.iter().map(|(package, hash)| format!("{package} --hash=sha256:{hash}")).collect();
    let recipe = requirements.join("\n");
    once(&folder, &recipe, || {
        let file = home.join(format!("{name}.txt"));
        fs::write(&file, &recipe).map_err(|error| format!("{}: {error}", file.display()))?;
        run(Command::new(uv(&home)?)
            .args(["pip", "install", "--quiet", "--no-deps", "--require-hashes", "--python"])
            .arg(system_python()?)
            .arg("--target")
            .arg(&folder)
            .arg("--requirement")
            .arg(&file))
    })?;
    Ok(folder)
}

fn uv(home: &Path) -> Result<PathBuf, String> {
    let folder = home.join("uv");
    once(&folder, UV, || {
        run(Command::new(system_python()?)
            .args(["-m", "pip", "install", "--quiet", "--target"])
            .arg(&folder)
            .arg(UV))
    })?;
    Ok(folder.join(if cfg!(windows) { "bin/uv.exe" } else { "bin/uv" }))
}

/// Asks for the real path, since `python3` may be a shim that depends on the working directory.
fn system_python() -> Result<PathBuf, String> {
    let mut python = Command::new("python3");
    python.args(["-c", "import sys; print(sys.executable)"]);
    let output = python.output().map_err(|error| format!("python3 cannot be started: {error}"))?;
    let path = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    if path.is_empty() {
        Err("python3 does not say where it is".to_owned())
    } else {
        Ok(path.into())
    }
}
