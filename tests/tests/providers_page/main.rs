//! The page that tells what each provider can do is what the code does.
//!
//! `FASTROAI_UPDATE=1 cargo test -p tests --test providers_page` writes it.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod providers;
mod wires;

use std::path::Path;
use std::{env, fs};

const BEGINNING: &str = "\
# Providers

A model is named `provider:model`, as in `anthropic:claude-sonnet-4-5`. This page is made from the
code by `FASTROAI_UPDATE=1 cargo test -p tests --test providers_page`, and a test keeps it true.

Every provider streams. A typed answer comes from every model that has tools or takes a JSON schema:
where a schema is not taken (or not beside tools), the answer is asked for as a tool. `offline:demo`
needs no key and no network.

A service that speaks several wires is a provider over each, as `xai` and `xai-responses`. They share
the service's key, its price list and, where they are at one place, its base URL. Over Responses and
Messages tokens are counted where a note says so.

";

#[test]
fn the_page_tells_what_the_code_does() {
    let page = [BEGINNING, &wires::section(), "\n", &providers::section()].concat();
    is_written("docs/providers.md", &page);
}

#[test]
fn the_documentation_of_connect_tells_where_the_providers_are() {
    is_written("fastroai-providers/src/connect/providers.md", &providers::reached());
}

fn is_written(file: &str, page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(file);
    if env::var_os("FASTROAI_UPDATE").is_some() {
        fs::write(&path, page).expect("the page can be written");
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let differs = written.lines().zip(page.lines()).find(|(written, made)| written != made);
    assert!(
        written == page,
        "{file} is out of date, at {differs:?}: write it anew with FASTROAI_UPDATE=1"
    );
}

/// A table in Markdown.
fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = head.iter().map(|&cell| cell.to_owned()).collect();
    let rule = vec!["---".to_owned(); head.len()];
    let rows = rows.into_iter().map(|row| {
        assert_eq!(row.len(), head.len(), "a cell for each column");
        line(&row)
    });
    [line(&head), line(&rule)].into_iter().chain(rows).collect()
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn list<'a>(texts: impl IntoIterator<Item = &'a &'static str>) -> String {
    texts.into_iter().map(|text| code(text)).collect::<Vec<_>>().join(", ")
}
