//! Python environments below Cargo's target directory, made on first use.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Installs the environments; faster than `pip`, and it never fetches an interpreter here.
const UV: &str = "uv==0.13.9";

/// The interpreter of an environment that has these requirements, made where it is not there yet.
///
/// Test binaries run side by side, so that a lock file lets one at a time install. An environment
/// whose requirements have changed is made anew.
///
/// # Errors
/// Where there is no Python, or an installation fails; the text says which.
pub fn environment(name: &str, requirements: &[&str]) -> Result<PathBuf, String> {
    let home = directory()?;
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

/// Where environments and what they write live: `python` in Cargo's target directory.
///
/// # Errors
/// Where the running program does not lie in a target directory, or the folder cannot be made.
pub fn directory() -> Result<PathBuf, String> {
    let program = env::current_exe().map_err(|error| format!("where this test lies: {error}"))?;
    let target = program
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").is_file())
        .ok_or("the running test does not lie in a target directory of Cargo")?;
    let home = target.join("python");
    fs::create_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    Ok(home)
}

/// Held until dropped; the system lets go of it if the process dies.
fn lock(home: &Path) -> Result<File, String> {
    let path = home.join("lock");
    let locked = File::create(&path).and_then(|file| file.lock().map(|()| file));
    locked.map_err(|error| format!("{}: {error}", path.display()))
}

/// Makes a folder, unless an earlier run finished making it from the same recipe.
fn once(
    folder: &Path,
    recipe: &str,
    make: impl FnOnce() -> Result<(), String>,
) -> Result<(), String> {
    let stamp = folder.join("recipe.txt");
    if fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == recipe) {
        return Ok(());
    }
    let told = |error: std::io::Error| format!("{}: {error}", folder.display());
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(told)?;
    }
    make()?;
    fs::write(stamp, recipe).map_err(told)
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

fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{name} cannot be started: {error}"))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(format!("{name} failed: {}", String::from_utf8_lossy(&output.stderr).trim()))
    }
}
