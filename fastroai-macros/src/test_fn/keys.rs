//! The keys of a test.

use proc_macro2::TokenStream;
use syn::LitStr;

use crate::keys::{self, Table};
use crate::report::Report;
use crate::root::Root;

const TABLE: Table = Table {
    keys: &["cassette", "max_cost", "start_paused", "crate"],
    foreign: &[
        ("record", "run the test with `FASTROAI_RECORD=1` in the environment"),
        ("budget", "write `max_cost = \"$0.02\"`"),
        ("flavor", "a test runs on one thread; remove it"),
        ("worker_threads", "a test runs on one thread; remove it"),
    ],
    bare: &["cassette"],
};

/// What the attribute says.
pub(super) struct Keys {
    pub(super) root: Root,
    pub(super) cassette: Option<LitStr>,
    /// Picodollars.
    pub(super) max_cost: Option<u64>,
    pub(super) start_paused: bool,
}

impl Keys {
    pub(super) fn read(attribute: TokenStream, report: &mut Report) -> Self {
        let (mut cassette, mut max_cost, mut start_paused, mut root) = (None, None, false, None);
        for pair in keys::parse(attribute, &TABLE, report) {
            match pair.name().as_str() {
                "cassette" => {
                    cassette = pair.text(report);
                    if let Some(name) = &cassette
                        && let Err(message) = file_name(&name.value())
                    {
                        report.at(name, message);
                    }
                }
                "max_cost" => max_cost = pair.dollars(report),
                "start_paused" => start_paused = pair.flag(report).unwrap_or_default(),
                _ => root = pair.parse("a path: write `crate = ai`", report),
            }
        }
        Self { root: Root::new(root, "fastroai::test", report), cassette, max_cost, start_paused }
    }
}

/// Fails with the reason where this is no name of a file that every system takes.
fn file_name(name: &str) -> Result<(), String> {
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let Some(refused) = name.chars().find(|c| !fine(*c)) else { return Ok(()) };
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = last.strip_suffix(".json").unwrap_or(last);
    let fixed: String = stem.chars().map(|c| if fine(c) { c } else { '_' }).collect();
    Err(format!(
        "a cassette is named by letters, digits, `_` and `-`, without `{}`: write `cassette = \
         \"{fixed}\"`, which is `cassettes/{fixed}.json`",
        refused.escape_debug()
    ))
}
