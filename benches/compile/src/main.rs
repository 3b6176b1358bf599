//! Measures what tools cost their program to check and to build.
//!
//! For each number of tools it writes a program with that many, and one agent that lists them, below
//! `target/compile-bench`, and prints a table.

mod measure;
mod program;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let given: Vec<usize> = env::args().skip(1).map(|it| it.parse()).collect::<Result<_, _>>()?;
    let counts = if given.is_empty() { vec![0, 1, 10, 100] } else { given };
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let home = repository.join("target/compile-bench");
    fs::create_dir_all(&home)?;

    println!(
        "| tools | check, whole (CPU s) | check, one body changed (CPU s) | LLVM functions | LLVM lines |"
    );
    println!("| --- | --- | --- | --- | --- |");
    for count in counts {
        let folder = program::write(&home, &repository, count)?;
        let seconds = measure::check(&folder, &home, count)?;
        let code = measure::code(&folder, &home, count)?;
        println!(
            "| {count} | {:.2} | {:.2} | {} | {} |",
            seconds.whole, seconds.changed, code.functions, code.lines
        );
    }
    Ok(())
}
