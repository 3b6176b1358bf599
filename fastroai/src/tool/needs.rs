//! What tools may need, and whether an agent can offer what it lists.

use super::Listed;
use crate::sentence::{Sentence, same};

/// Refuses an entry of which no tool can be offered, since each needs what the agent is not granted.
///
/// Of a toolset some tools may be left: to list it and grant what a part of it needs is how one lends that part.
#[track_caller]
pub(super) const fn check_needs(entry: &Listed, grants: &[&str]) {
    let mut tool = 0;
    while tool < entry.options.len() {
        if missing(entry.options[tool].needs, grants, 0) == entry.options[tool].needs.len() {
            return;
        }
        tool += 1;
    }
    if entry.options.is_empty() {
        return;
    }
    let needs = entry.options[0].needs;
    let first = missing(needs, grants, 0);
    let mut told = if entry.options.len() == 1 {
        Sentence::new("`").and(entry.shown).and("` needs `")
    } else {
        let name = if entry.names.is_empty() { "" } else { entry.names[0] };
        Sentence::new("no tool of `")
            .and(entry.shown)
            .and("` can be offered: `")
            .and(entry.prefix)
            .and(name)
            .and("` needs `")
    };
    told = told.and(needs[first]).and("`, which the agent is not granted\nhelp: add `grants = [");
    let mut granted = 0;
    while granted < grants.len() {
        told = told.and("\"").and(grants[granted]).and("\", ");
        granted += 1;
    }
    told = told.and("\"").and(needs[first]).and("\"");
    let mut next = missing(needs, grants, first + 1);
    while next < needs.len() {
        told = told.and(", \"").and(needs[next]).and("\"");
        next = missing(needs, grants, next + 1);
    }
    told.and("]` to the agent, or leave the tool out").panic();
}

/// The place of the first of these, from here on, that is not granted; their number where all are.
const fn missing(needs: &[&str], grants: &[&str], from: usize) -> usize {
    let mut place = from;
    while place < needs.len() {
        let mut granted = 0;
        while granted < grants.len() && !same(needs[place], grants[granted]) {
            granted += 1;
        }
        if granted == grants.len() {
            return place;
        }
        place += 1;
    }
    place
}

/// Refuses a word that no attribute takes for what a tool needs, with what to write.
pub(crate) fn check_capability(word: &str) -> Result<(), String> {
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "_.:-".contains(c);
    if word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(fine) {
        return Ok(());
    }
    Err(format!(
        "`{}` is no capability: write a lower-case word (letters, digits, `_`, `.`, `:`, `-`), as in `net`",
        word.escape_debug()
    ))
}
