//! The page of mistakes and messages is what the compiler says of the programs in `ui`.
//!
//! `FASTROAI_UPDATE=1 cargo test -p tests --test mistakes_page` writes it.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod case;
mod gallery;

use std::path::Path;
use std::{env, fs};

#[test]
fn the_page_shows_what_the_compiler_says() {
    let page = gallery::page();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/mistakes.md");
    if env::var_os("FASTROAI_UPDATE").is_some() {
        fs::write(&path, &page).expect("the page can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let differs = written.lines().zip(page.lines()).find(|(written, made)| written != made);
    assert!(
        written == page,
        "docs/mistakes.md is out of date, at {differs:?}: write it anew with FASTROAI_UPDATE=1"
    );
}

#[test]
fn no_error_is_laid_on_a_whole_attribute() {
    // What is written twice is wrong as a whole, and the last two are rustc's own.
    const WHOLE: [&str; 3] = ["is written twice", "remove `#[safe_tool]`", "conflicting"];
    for (macro_name, case) in case::all() {
        for error in &case.errors {
            let is_attribute = ["#[safe_tool", "#[agent", "#[toolset"]
                .iter()
                .any(|attribute| error.marked.starts_with(attribute));
            assert!(
                !is_attribute || WHOLE.iter().any(|text| error.message.contains(text)),
                "{macro_name}/{}: `{}` underlines `{}`",
                case.name,
                error.message,
                error.marked
            );
        }
    }
}
