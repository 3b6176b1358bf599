//! A table as its section reads it: typed, each key once, and none that it does not know.

use std::cell::RefCell;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;

use super::fault::{Fault, FaultKind};
use super::foreign;
use super::place::Place;
use super::shown::{self, Shown, is_secret, shown_name, shown_path};
use super::tree::{Node, Table, Value};
use super::values;
use super::variables::Environment;
use crate::catalogue;
use crate::money::Cost;

/// What is kept while a configuration is read.
pub(super) struct Reading {
    pub(super) variables: Environment,
    pub(super) allows_literal_keys: bool,
    pub(super) faults: RefCell<Vec<Fault>>,
    pub(super) shown: RefCell<Vec<Shown>>,
}

/// A table that is read.
pub(super) struct Section<'r> {
    pub(super) reading: &'r Reading,
    path: Vec<String>,
    place: Place,
    table: &'r Table,
    known: RefCell<Vec<&'static str>>,
}

/// Why a value is not taken.
pub(super) type Refused = (FaultKind, String);

impl<'r> Section<'r> {
    pub(super) fn root(reading: &'r Reading, table: &'r Table) -> Self {
        Self { reading, path: Vec::new(), place: Place::Program, table, known: RefCell::default() }
    }

    fn inner<'t>(&self, name: &str, place: Place, table: &'t Table) -> Section<'t>
    where
        'r: 't,
    {
        let path = self.path_to(name);
        Section { reading: self.reading, path, place, table, known: RefCell::default() }
    }

    fn path_to(&self, name: &str) -> Vec<String> {
        self.path.iter().cloned().chain([name.to_owned()]).collect()
    }

    /// Tells what is wrong with the value of this name, which is there.
    pub(super) fn fault(&self, name: &str, kind: FaultKind, what: impl Into<String>) {
        let place = self.table.get(name).map(|entry| entry.node.place.clone());
        self.fault_at(name, &place.unwrap_or(Place::Program), kind, what.into());
    }

    fn fault_at(&self, name: &str, place: &Place, kind: FaultKind, what: String) {
        let path = shown_path(&self.path_to(name));
        self.reading.faults.borrow_mut().push(Fault::new(path, place, kind, what));
    }

    /// Says of a value that it holds.
    pub(super) fn show(&self, name: &str, value: String) {
        let place = self.table.get(name).map(|entry| entry.node.place.clone());
        self.show_from(name, value, place.unwrap_or(Place::Default));
    }

    /// The same of a value that is put together from others.
    pub(super) fn show_from(&self, name: &str, value: String, place: Place) {
        self.reading.shown.borrow_mut().push(Shown { path: self.path_to(name), value, place });
    }

    /// The value of a key of this section; `None` too where what is wrong with it is told already.
    pub(super) fn node(&self, name: &'static str) -> Option<&'r Node> {
        self.known.borrow_mut().push(name);
        let node = &self.table.get(name)?.node;
        (!matches!(node.value, Value::Broken)).then_some(node)
    }

    /// The table of a key of this section.
    pub(super) fn child(&self, name: &'static str) -> Option<Self> {
        let node = self.node(name)?;
        self.table_of(name, node)
    }

    fn table_of(&self, name: &str, node: &'r Node) -> Option<Self> {
        match &node.value {
            Value::Table(table) => Some(self.inner(name, node.place.clone(), table)),
            Value::Broken => None,
            other => {
                let what = format!(
                    "it is {}: write a table, `[{}]`",
                    other.kind(),
                    shown_path(&self.path_to(name))
                );
                self.fault(name, FaultKind::WrongType, what);
                None
            }
        }
    }

    /// What is read from a table of this section, which may not be there.
    pub(super) fn child_or_empty<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&Section<'_>) -> T,
    ) -> T {
        match self.child(name) {
            Some(child) => read(&child),
            None => read(&self.inner(name, Place::Default, &Table::new())),
        }
    }

    /// The table in this one that the user has called so.
    pub(super) fn named_table(&self, name: &str) -> Option<Self> {
        self.table_of(name, &self.table.get(name)?.node)
    }

    /// Whether the key is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.table.contains_key(name)
    }

    /// Where a name is first written.
    pub(super) fn place_of(&self, name: &str) -> Place {
        self.table.get(name).map_or(Place::Program, |entry| entry.key.clone())
    }

    /// The variable or the file that the value of this name is from.
    pub(super) fn source_of(&self, name: &str) -> Option<&str> {
        self.table.get(name)?.node.place.name()
    }

    /// The tables in this one, whose names are for the user to choose.
    pub(super) fn named(&self) -> Vec<(&'r str, Self)> {
        let tables = self
            .table
            .iter()
            .filter_map(|(name, entry)| Some((name.as_str(), self.table_of(name, &entry.node)?)));
        tables.collect()
    }

    /// The values in this table, whose names are for the user to choose.
    pub(super) fn names(&self) -> impl Iterator<Item = (&'r str, &'r Node)> {
        self.table.iter().map(|(name, entry)| (name.as_str(), &entry.node))
    }

    /// Refuses the keys that nobody has asked for.
    pub(super) fn finish(&self) {
        let known = self.known.borrow();
        for (name, entry) in self.table {
            if known.contains(&name.as_str()) {
                continue;
            }
            let nearest = catalogue::nearest_key(name, known.iter().copied());
            let what = match (foreign::hint(name), nearest) {
                (Some(hint), _) => format!("there is no such key: {hint}"),
                (None, Some(nearest)) => format!("there is no such key: did you mean `{nearest}`?"),
                (None, None) => format!("there is no such key: {}", self.keys(&known)),
            };
            let nearest = nearest.map(str::to_owned);
            self.fault_at(name, &entry.key, FaultKind::UnknownKey { nearest }, what);
        }
    }

    fn keys(&self, known: &[&'static str]) -> String {
        let keys: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
        let of = match &self.path[..] {
            [] => "the sections are".to_owned(),
            path => format!("the keys of `{}` are", shown_path(path)),
        };
        format!("{of} {}", keys.join(", "))
    }

    /// A value as `read` takes it, shown as `show` writes it.
    pub(super) fn value<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&Value) -> Result<T, Refused>,
        show: impl FnOnce(&T) -> String,
    ) -> Option<T> {
        let node = self.node(name)?;
        match read(&node.value) {
            Ok(value) => {
                self.show(name, show(&value));
                Some(value)
            }
            Err((kind, what)) => {
                self.fault(name, kind, what);
                None
            }
        }
    }

    /// A text.
    pub(super) fn text(&self, name: &'static str, like: &str) -> Option<String> {
        self.value(name, |value| text_of(value, name, like), |text| shown::text(text))
    }

    /// A text that is shown with others, and its place.
    pub(super) fn part(&self, name: &'static str, like: &str) -> Option<(String, Place)> {
        let node = self.node(name)?;
        match text_of(&node.value, name, like) {
            Ok(text) => Some((text, node.place.clone())),
            Err((kind, what)) => {
                self.fault(name, kind, what);
                None
            }
        }
    }

    /// A whole number within a range.
    pub(super) fn integer<N>(&self, name: &'static str, range: RangeInclusive<N>) -> Option<N>
    where
        N: TryFrom<i64> + PartialOrd + Display + Copy,
    {
        let read = |value: &Value| {
            let like = format!("a whole number, as in `{name} = {}`", range.start());
            let number = match value {
                Value::Integer(number) => *number,
                other => parsed(other, &like)?,
            };
            let taken = N::try_from(number).ok().filter(|number| range.contains(number));
            taken.ok_or_else(|| {
                let what = format!(
                    "{number} is outside {} to {}: write a number in between",
                    range.start(),
                    range.end()
                );
                (FaultKind::BadValue, what)
            })
        };
        self.value(name, read, ToString::to_string)
    }

    /// A number within a range.
    pub(super) fn float(&self, name: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
        let read = |value: &Value| {
            let like = format!("a number, as in `{name} = {:.1}`", range.end() / 2.0);
            #[expect(clippy::cast_precision_loss, reason = "the range is small")]
            let number = match value {
                Value::Float(number) => *number,
                Value::Integer(number) => *number as f64,
                other => parsed(other, &like)?,
            };
            let what = || {
                format!(
                    "{number} is outside {:?} to {:?}: write {like}",
                    range.start(),
                    range.end()
                )
            };
            range.contains(&number).then_some(number).ok_or_else(|| (FaultKind::BadValue, what()))
        };
        self.value(name, read, |number| format!("{number:?}"))
    }

    /// Yes or no.
    pub(super) fn boolean(&self, name: &'static str) -> Option<bool> {
        let read = |value: &Value| match value {
            Value::Bool(value) => Ok(*value),
            other => parsed(other, &format!("`{name} = true` or `{name} = false`")),
        };
        self.value(name, read, ToString::to_string)
    }

    /// How long.
    pub(super) fn duration(&self, name: &'static str) -> Option<Duration> {
        let read = |value: &Value| {
            let wrong = |what: String| (FaultKind::BadValue, what);
            if let Value::Integer(number) = value {
                let what = match number {
                    1.. => format!("{number} has no unit: write `{name} = \"{number}s\"`"),
                    0 => format!("it leaves no time at all: write `{name} = \"30s\"`"),
                    _ => format!("{number} is negative: write `{name} = \"30s\"`"),
                };
                return Err(wrong(what));
            }
            let text = text_of(value, name, "\"30s\"")?;
            values::duration(&text).map_err(|why| {
                wrong(format!("{why}: write `{name} = \"30s\"`, with `ms`, `s`, `min` or `h`"))
            })
        };
        self.value(name, read, |duration| format!("\"{}\"", values::written(*duration)))
    }

    /// An amount of money.
    pub(super) fn dollars(&self, name: &'static str) -> Option<Cost> {
        let read = |value: &Value| {
            if let Value::Integer(_) | Value::Float(_) = value {
                let what = format!(
                    "it is {}, and no exact amount: write `{name} = \"$5.00\"`",
                    value.kind()
                );
                return Err((FaultKind::WrongType, what));
            }
            let text = text_of(value, name, "\"$5.00\"")?;
            text.parse().map_err(|_| {
                let why = if text.contains('-') {
                    "it is negative"
                } else {
                    "it is no amount of dollars"
                };
                (
                    FaultKind::BadValue,
                    format!("{why}: write `{name} = \"$5.00\"`, with up to 12 decimals"),
                )
            })
        };
        self.value(name, read, |cost: &Cost| format!("\"{cost}\""))
    }

    /// One of some words.
    #[cfg(feature = "limits")]
    pub(super) fn word(
        &self,
        name: &'static str,
        words: &'static [&'static str],
    ) -> Option<&'static str> {
        let read = |value: &Value| {
            let like = words.first().copied().unwrap_or_default();
            let text = text_of(value, name, &format!("\"{like}\""))?;
            let found = words.iter().copied().find(|word| *word == text);
            found.ok_or_else(|| {
                let all: Vec<String> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
                (
                    FaultKind::BadValue,
                    format!("there is no such choice: write {}", all.join(" or ")),
                )
            })
        };
        self.value(name, read, |word| format!("\"{word}\""))
    }

    /// A list of texts; from a variable, with commas in between.
    pub(super) fn texts(&self, name: &'static str, like: &str) -> Option<Vec<String>> {
        let read = |value: &Value| match value {
            Value::List(nodes) => {
                let texts = nodes.iter().filter(|node| !matches!(node.value, Value::Broken));
                texts.map(|node| text_of(&node.value, name, like)).collect()
            }
            Value::Untyped(text) => {
                let texts = text.split(',').map(str::trim).filter(|text| !text.is_empty());
                Ok(texts.map(str::to_owned).collect())
            }
            other => Err((
                FaultKind::WrongType,
                format!("it is {}: write a list, `{name} = [{like}]`", other.kind()),
            )),
        };
        let show = |texts: &Vec<String>| {
            let texts: Vec<String> = texts.iter().map(|text| shown::text(text)).collect();
            format!("[{}]", texts.join(", "))
        };
        self.value(name, read, show)
    }

    /// Where this section is, as an error shows it.
    pub(super) fn path(&self) -> String {
        shown_path(&self.path)
    }

    /// Tells what is wrong with the whole section.
    pub(super) fn fault_here(&self, kind: FaultKind, what: impl Into<String>) {
        let fault = Fault::new(self.path(), &self.place, kind, what.into());
        self.reading.faults.borrow_mut().push(fault);
    }

    /// Tells what is wrong with a name that the user has chosen.
    pub(super) fn refuse_name(&self, name: &str, kind: FaultKind, what: String) {
        let place = self.table.get(name).map(|entry| entry.key.clone());
        self.fault_at(name, &place.unwrap_or(Place::Program), kind, what);
    }
}

/// A text that is no key.
pub(super) fn text_of(value: &Value, name: &str, like: &str) -> Result<String, Refused> {
    let text = match value {
        Value::Text(text) => &text.filled,
        Value::Untyped(text) => text,
        other => {
            let what = format!("it is {}: write `{} = {like}`", other.kind(), shown_name(name));
            return Err((FaultKind::WrongType, what));
        }
    };
    if is_secret(text) {
        let what = "what looks like a key or a password is in it: refer to keys by `key = { env = \"…\" }` or \
                    `key = { file = \"…\" }`, and keep them out of all else";
        return Err((FaultKind::LiteralKey, what.to_owned()));
    }
    Ok(text.clone())
}

/// A text whose type is for its reader to say, read as one.
fn parsed<T: std::str::FromStr>(value: &Value, like: &str) -> Result<T, Refused> {
    let text = match value {
        Value::Untyped(text) => text,
        Value::Text(text) if text.is_filled => &text.filled,
        other => {
            return Err((FaultKind::WrongType, format!("it is {}: write {like}", other.kind())));
        }
    };
    text.trim().parse().map_err(|_| (FaultKind::WrongType, format!("it is a text: write {like}")))
}
