//! What may be seen of a configuration.

use std::fmt::Write;
use std::sync::LazyLock;

use super::place::Place;
use super::variables::escaped;
use crate::guard::{Redactor, Sensitive};

/// What stands where a secret does.
pub(super) const MASK: &str = "***";

/// The longest name of a key that is shown: what is longer is no name.
const LONGEST_NAME: usize = 64;

/// Whether this looks like a key, a token or a password.
pub(super) fn is_secret(text: &str) -> bool {
    static REDACTOR: LazyLock<Redactor> = LazyLock::new(|| Redactor::of([Sensitive::Secret]));
    !REDACTOR.find(text).is_empty()
}

/// A name that a file gives, as an error shows it.
pub(super) fn shown_name(name: &str) -> String {
    if name.len() > LONGEST_NAME || is_secret(name) {
        return MASK.to_owned();
    }
    key(&name.escape_debug().to_string())
}

/// A path, as an error shows it.
pub(super) fn shown_path(path: &[impl AsRef<str>]) -> String {
    let names: Vec<String> = path.iter().map(|name| shown_name(name.as_ref())).collect();
    names.join(".")
}

/// A key as TOML writes it.
fn key(name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(bare) { name.to_owned() } else { quoted(name) }
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    let mut written = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => written.extend(['\\', c]),
            '\n' => written.push_str("\\n"),
            '\t' => written.push_str("\\t"),
            c if c.is_control() => {
                let _ = write!(written, "\\u{:04X}", u32::from(c));
            }
            c => written.push(c),
        }
    }
    written.push('"');
    written
}

/// A text as a file would say it; a secret is masked.
pub(super) fn text(text: &str) -> String {
    if is_secret(text) { quoted(MASK) } else { quoted(&escaped(text)) }
}

/// An address, without the parts of its path that a machine has made: a gateway's token, say.
pub(super) fn url(url: &str) -> String {
    let random = |part: &str| {
        let has = |of: fn(&char) -> bool| part.chars().any(|c| of(&c));
        part.len() >= 16 && has(char::is_ascii_digit) && has(char::is_ascii_alphabetic)
    };
    let mut parts = url.splitn(4, '/');
    let mut shown: Vec<&str> = parts.by_ref().take(3).collect();
    let path = parts.next();
    let path = path.into_iter().flat_map(|path| path.split('/'));
    shown.extend(path.map(|part| if random(part) { MASK } else { part }));
    text(&shown.join("/"))
}

/// One value that holds, and where it is from.
#[derive(Clone)]
pub(super) struct Shown {
    pub(super) path: Vec<String>,
    /// As TOML writes it.
    pub(super) value: String,
    pub(super) place: Place,
}

/// All values as a file would say them, each with its source.
pub(super) fn document(shown: &[Shown]) -> String {
    let mut all: Vec<(&[String], &str, &Shown)> = shown
        .iter()
        .filter_map(|shown| {
            let (name, table) = shown.path.split_last()?;
            Some((table, name.as_str(), shown))
        })
        .collect();
    all.sort_by(|one, other| (one.0, one.1).cmp(&(other.0, other.1)));
    let (mut written, mut table): (String, &[String]) = (String::new(), &[]);
    for (of, name, shown) in all {
        if of != table {
            let names: Vec<String> = of.iter().map(|name| key(name)).collect();
            let gap = if written.is_empty() { "" } else { "\n" };
            let _ = writeln!(written, "{gap}[{}]", names.join("."));
            table = of;
        }
        let source = shown.place.source();
        let source: String = source.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let _ = writeln!(written, "{} = {} # {source}", key(name), shown.value);
    }
    written
}
