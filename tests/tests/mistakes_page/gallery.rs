//! The page.

use std::fmt::Write;

use super::case::{self, Error};

const BEGINNING: &str = "\
# Mistakes, and what the compiler says

Programs that do not compile, by attribute and class of mistake: the line with the part that the
compiler underlines, and what it says. Several mistakes are told in one compilation, one error each.

This page is made from the programs in `tests/ui` by
`FASTROAI_UPDATE=1 cargo test -p tests --test mistakes_page`, and a test keeps it true. Words of the
compiler's own are those of Rust 1.95; what it adds on its way is left out here.

A function that is listed without `#[safe_tool]` (\"expected type, found function\") and a slip in a
tool's name are told in the compiler's words: put the attribute above the function, or mend the name.
";

const SECTIONS: [(&str, &str); 5] = [
    ("tool", "`#[safe_tool]`"),
    ("toolset", "`#[toolset]`"),
    ("agent", "`#[agent]` on a struct"),
    ("agent_fn", "`#[agent]` on a function"),
    ("money", "`usd!`"),
];

/// The page, as it should be.
pub(crate) fn page() -> String {
    let mut page = BEGINNING.to_owned();
    for (folder, title) in SECTIONS {
        write!(page, "\n## {title}\n").expect("a text");
        for case in case::of(folder) {
            write!(page, "\n### {}\n", heading(&case.name)).expect("a text");
            for error in &case.errors {
                page.push_str(&entry(error));
            }
        }
    }
    page
}

fn entry(error: &Error) -> String {
    let mut entry = format!("\n```text\n{}\n```\n\n", error.shown());
    let said = error.message.lines().map(str::to_owned);
    let label = error.label.iter().filter(|label| **label != error.message).cloned();
    let all: Vec<String> = said.chain(label).chain(error.advice.iter().cloned()).collect();
    for (index, text) in all.iter().enumerate() {
        let end = if index + 1 < all.len() { "\\" } else { "" };
        writeln!(entry, "> {}{end}", escaped(text)).expect("a text");
    }
    entry
}

/// `argument_type` is "Argument type".
fn heading(name: &str) -> String {
    let mut words = name.replace('_', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// The text, with signs that Markdown would take where they stand outside of code.
fn escaped(text: &str) -> String {
    let parts = text.split('`').enumerate().map(|(index, part)| {
        if index % 2 == 1 { part.to_owned() } else { part.replace('<', "\\<").replace('*', "\\*") }
    });
    parts.collect::<Vec<_>>().join("`")
}
