//! What tests install below Cargo's target directory, made on first use.

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder in Cargo's target directory, for what is installed and for what that writes.
///
/// # Errors
/// Where the running program does not lie in a target directory, or the folder cannot be made.
pub fn folder(name: &str) -> Result<PathBuf, String> {
    let program = env::current_exe().map_err(|error| format!("where this test lies: {error}"))?;
    let target = program
        .ancestors()
        .find(|folder| folder.join("CACHEDIR.TAG").is_file())
        .ok_or("the running test does not lie in a target directory of Cargo")?;
    let home = target.join(name);
    fs::create_dir_all(&home).map_err(|error| format!("{}: {error}", home.display()))?;
    Ok(home)
}

/// Lets one process at a time install into a folder. Held until dropped; the system lets go of it if
/// the process dies.
///
/// # Errors
/// Where the lock's file cannot be made.
pub fn lock(home: &Path) -> Result<File, String> {
    let path = home.join("lock");
    let locked = File::create(&path).and_then(|file| file.lock().map(|()| file));
    locked.map_err(|error| format!("{}: {error}", path.display()))
}

/// Makes a folder, unless an earlier run finished making it from the same recipe.
///
/// # Errors
/// As `make`, or where the folder cannot be written.
pub fn once(
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

/// Runs a command to its end.
///
/// # Errors
/// Where it cannot be started or fails; the text is what it printed.
pub fn run(command: &mut Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|error| format!("{name} cannot be started: {error}"))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(format!("{name} failed: {}", String::from_utf8_lossy(&output.stderr).trim()))
    }
}
