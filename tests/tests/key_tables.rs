//! The tables of keys in the documentation have every key that the attributes take, and no other.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The keys that the compiler lists where it knows none that is near.
fn taken(case: &str) -> BTreeSet<String> {
    let said = read(&format!("tests/ui/{case}.stderr"));
    let line =
        said.lines().find(|line| line.contains("the keys are") || line.contains("the only key is"));
    let line = line.expect("a list of keys");
    let (_, keys) =
        line.split_once(" key").and_then(|(_, rest)| rest.split_once(": ")).expect("keys");
    quoted(keys).collect()
}

/// The first column of the table below this heading.
fn documented(page: &str, heading: &str) -> BTreeSet<String> {
    let text = read(&format!("fastroai/src/docs/{page}.md"));
    let (_, below) = text.split_once(&format!("# {heading}\n")).expect("a heading");
    let rows = below.lines().skip_while(|line| !line.starts_with('|'));
    let rows = rows.take_while(|line| line.starts_with('|')).skip(2);
    rows.filter_map(|row| row.split('|').nth(1))
        .flat_map(|cell| quoted(cell).collect::<Vec<_>>())
        .collect()
}

fn quoted(text: &str) -> impl Iterator<Item = String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned)
}

#[test]
fn the_keys_of_a_tool_are_all_documented() {
    assert_eq!(taken("tool/reject/unknown_key"), documented("safe_tool", "Keys"));
}

#[test]
fn the_keys_of_an_agent_are_all_documented() {
    assert_eq!(taken("agent/reject/unknown_key"), documented("agent", "Keys"));
}

#[test]
fn the_keys_of_a_toolset_are_all_documented() {
    assert_eq!(taken("toolset/reject/keys"), documented("toolset", "Keys"));
}

#[test]
fn the_marks_of_a_parameter_are_all_documented() {
    let marks: BTreeSet<String> = documented("safe_tool", "Parameters")
        .iter()
        .map(|mark| mark.trim_start_matches("#[tool("))
        .map(|mark| {
            mark.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default().to_owned()
        })
        .filter(|mark| !mark.is_empty())
        .collect();
    assert_eq!(taken("tool/reject/unknown_mark"), marks);
}
