//! Runs cargo, and counts.

use std::error::Error;
use std::path::Path;
use std::process::{Command, Stdio};
use std::{fs, io};

use crate::program;

/// How often a check is repeated; the fastest counts.
const RUNS: usize = 3;

/// CPU seconds of a check.
pub struct Seconds {
    /// Of the whole program, nothing kept from before.
    pub whole: f64,
    /// After a change in the body of one tool, with what the compiler keeps.
    pub changed: f64,
}

/// What the compiler hands to LLVM, before LLVM makes it better.
pub struct Code {
    pub functions: usize,
    pub lines: usize,
}

/// Checks the program several times.
pub fn check(folder: &Path, home: &Path, count: usize) -> Result<Seconds, Box<dyn Error>> {
    let mut version = 0;
    let mut fastest = |incremental: &str| -> Result<f64, Box<dyn Error>> {
        let run = |version| -> Result<f64, Box<dyn Error>> {
            program::change(folder, count, version)?;
            let before = children_seconds()?;
            let mut check = cargo(folder, home);
            succeed(check.arg("check").env("CARGO_INCREMENTAL", incremental))?;
            Ok(children_seconds()? - before)
        };
        // The first one builds what the program depends on.
        version += 1;
        run(version)?;
        let mut fastest = f64::INFINITY;
        for _ in 0..RUNS {
            version += 1;
            fastest = fastest.min(run(version)?);
        }
        Ok(fastest)
    };
    Ok(Seconds { whole: fastest("0")?, changed: fastest("1")? })
}

/// Builds the program without optimisation, and counts the LLVM code of its own crate.
pub fn code(folder: &Path, home: &Path, count: usize) -> Result<Code, Box<dyn Error>> {
    let emitted = folder.join("program.ll");
    let mut build = cargo(folder, home);
    build.args(["rustc", "--", "-Ccodegen-units=1"]);
    build.arg(format!("--emit=llvm-ir={}", emitted.display()));
    program::change(folder, count, 0)?;
    succeed(build.env("CARGO_INCREMENTAL", "0"))?;
    let text = fs::read_to_string(&emitted)?;
    let (mut functions, mut lines, mut inside) = (0, 0, false);
    for line in text.lines() {
        if line.starts_with("define ") {
            functions += 1;
            inside = true;
        }
        lines += usize::from(inside && !line.is_empty());
        inside &= line != "}";
    }
    Ok(Code { functions, lines })
}

/// Cargo, for a package below one folder of artefacts.
fn cargo(folder: &Path, home: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(folder).env("CARGO_TARGET_DIR", home.join("target"));
    cargo.stdout(Stdio::null()).stderr(Stdio::piped());
    cargo
}

fn succeed(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let done = command.output()?;
    if !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).into());
    }
    Ok(())
}

/// What ended children of this process have had of the CPU: less moved by other programs than time.
fn children_seconds() -> io::Result<f64> {
    // `man proc_pid_stat`: fields 16 and 17, in hundredths of a second, counted behind the name.
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields: Vec<&str> =
        stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks: f64 = fields.iter().skip(13).take(2).filter_map(|it| it.parse::<f64>().ok()).sum();
    Ok(ticks / 100.0)
}
