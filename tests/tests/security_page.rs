//! What SECURITY.md promises is kept by types that are there, and proved by tests that are there.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// The promises of the policy, by number.
const PROMISES: std::ops::RangeInclusive<u32> = 1..=19;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn page() -> String {
    fs::read_to_string(root().join("SECURITY.md")).expect("the page is there")
}

/// A link of the page: its text, and the file that it leads to.
#[derive(Debug)]
struct Link<'p> {
    text: &'p str,
    target: &'p str,
}

fn links(text: &str) -> Vec<Link<'_>> {
    text.split("](")
        .zip(text.split("](").skip(1))
        .filter_map(|(before, after)| {
            let text = before.rsplit('[').next()?;
            let target = after.split(')').next()?;
            Some(Link { text, target })
        })
        .collect()
}

/// A row of the table of promises: its number, what keeps it, what proves it.
struct Row<'p> {
    number: u32,
    keeps: Vec<Link<'p>>,
    proves: Vec<Link<'p>>,
}

fn rows(page: &str) -> Vec<Row<'_>> {
    page.lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
            let number = cells.next()?.parse().ok()?;
            let (_, keeps, proves) = (cells.next()?, cells.next()?, cells.next()?);
            Some(Row { number, keeps: links(keeps), proves: links(proves) })
        })
        .collect()
}

fn file(link: &Link<'_>) -> String {
    let path = link.target.split('#').next().unwrap_or_default();
    fs::read_to_string(root().join(path))
        .unwrap_or_else(|error| panic!("`{}` leads to `{path}`: {error}", link.text))
}

/// Whether the text has this word, whole.
fn has_word(text: &str, before: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(&format!("{before}{word}"))
        .any(|(at, found)| !text[at + found.len()..].starts_with(is_part))
}

#[test]
fn every_promise_is_on_the_page_once() {
    let page = page();
    let numbers: Vec<u32> = rows(&page).iter().map(|row| row.number).collect();
    assert_eq!(numbers, PROMISES.collect::<Vec<_>>());
}

#[test]
fn what_keeps_a_promise_is_declared_where_the_page_says() {
    for Row { number, keeps, .. } in rows(&page()) {
        assert!(!keeps.is_empty(), "nothing keeps promise {number}");
        for link in keeps {
            let text = file(&link);
            let name = link.text.trim_matches('`');
            // Of `Type::method` the method is what is declared.
            let name = name.rsplit("::").next().unwrap_or(name);
            let kinds = ["struct ", "enum ", "trait ", "fn ", "mod ", "    ", "readonly "];
            let declared = kinds.iter().any(|kind| has_word(&text, kind, name));
            assert!(declared, "promise {number}: `{}` declares no `{name}`", link.target);
        }
    }
}

#[test]
fn what_proves_a_promise_is_a_test_where_the_page_says() {
    for Row { number, proves, .. } in rows(&page()) {
        assert!(!proves.is_empty(), "nothing proves promise {number}");
        for link in proves {
            let text = file(&link);
            let name = link.text.trim_matches('`');
            let is_test = has_word(&text, "fn ", name);
            assert!(is_test, "promise {number}: `{}` has no test `{name}`", link.target);
        }
    }
}

#[test]
fn every_link_of_the_page_leads_somewhere() {
    for link in links(&page()) {
        if !link.target.contains("://") && !link.target.starts_with('#') {
            let path = link.target.split('#').next().unwrap_or_default();
            assert!(root().join(path).exists(), "`{}` leads nowhere: `{path}`", link.text);
        }
    }
}
