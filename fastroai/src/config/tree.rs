//! What was written, with the place of each value, before anyone asks what it means.

use std::collections::BTreeMap;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Fault, FaultKind};
use super::place::{Lines, Place};
use super::shown::shown_path;
use super::variables::{Environment, Filled, fill};

/// How deep tables and lists may stand in one another; what means anything is less deep.
pub(super) const DEEPEST: usize = 16;

/// How many points a line may have.
const MOST_POINTS: usize = 32;

/// A value and where it was written.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) value: Value,
}

#[derive(Debug, Clone)]
pub(super) enum Value {
    /// A text of a file, in which `${…}` may stand.
    Text(Text),
    /// A text whose type is for the reader to say: from a variable, or from the program.
    Untyped(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    List(Vec<Node>),
    Table(Table),
    /// A date, or a number beyond all that is taken.
    Other(&'static str),
    /// What was wrong with it is told already.
    Broken,
}

/// A text of a file.
#[derive(Debug, Clone)]
pub(super) struct Text {
    /// With its variables in place, once they are.
    pub(super) filled: String,
    /// Whether a variable is in it, so that its type is for the reader to say.
    pub(super) is_filled: bool,
    /// The variable that it is, if it is nothing else.
    pub(super) only: Option<String>,
}

impl Text {
    fn new(text: String) -> Self {
        Self { filled: text, is_filled: false, only: None }
    }
}

pub(super) type Table = BTreeMap<String, Entry>;

/// A key's place, and what stands under it.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: Place,
    pub(super) node: Node,
}

impl Value {
    /// As an error calls it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::Untyped(_) => "a text",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Bool(_) => "a boolean",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Other(kind) => kind,
            Self::Broken => "a value",
        }
    }
}

/// Reads TOML. What is wrong with it is told all at once, as far as it can be read on.
pub(super) fn read(lines: &Lines<'_>, text: &str) -> Result<Table, Vec<Fault>> {
    if let Some(at) = too_deep(text) {
        let what = "it is nested deeper than any value is: write tables and short keys".to_owned();
        return Err(vec![Fault::new("", &lines.place(at), FaultKind::Syntax, what)]);
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(tree(table.into_inner(), lines, 0));
    }
    let fault = |error: &toml::de::Error| {
        let place = error.span().map_or_else(|| lines.whole(), |span| lines.place(span.start));
        let what = format!("this is no TOML: {}", error.message());
        Fault::new("", &place, FaultKind::Syntax, what)
    };
    Err(errors.iter().map(fault).collect())
}

/// Where a line has more points than any key, list or number has. Each makes a table in a table, and
/// these are made and dropped one inside the other.
fn too_deep(text: &str) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.matches('.').nth(MOST_POINTS).is_some() && !line.trim_start().starts_with('#') {
            return Some(start);
        }
        start += line.len();
    }
    None
}

fn tree(table: DeTable<'_>, lines: &Lines<'_>, depth: usize) -> Table {
    let entries = table.into_iter().map(|(key, value)| {
        let place = lines.place(key.span().start);
        (key.into_inner().into_owned(), Entry { key: place, node: node(value, lines, depth) })
    });
    entries.collect()
}

fn node(value: Spanned<DeValue<'_>>, lines: &Lines<'_>, depth: usize) -> Node {
    let place = lines.place(value.span().start);
    let value = match value.into_inner() {
        DeValue::Array(_) | DeValue::Table(_) if depth == DEEPEST => {
            Value::Other("too deep a value")
        }
        DeValue::String(text) => Value::Text(Text::new(text.into_owned())),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_or(Value::Other("too large a number"), Value::Integer),
        DeValue::Float(number) => {
            number.as_str().parse().map_or(Value::Other("no number"), Value::Float)
        }
        DeValue::Boolean(value) => Value::Bool(value),
        DeValue::Datetime(_) => Value::Other("a date"),
        DeValue::Array(values) => {
            Value::List(values.into_iter().map(|value| node(value, lines, depth + 1)).collect())
        }
        DeValue::Table(table) => Value::Table(tree(table, lines, depth + 1)),
    };
    Node { place, value }
}

/// Puts a text of a later layer where its path says, over what is there.
pub(super) fn set(table: &mut Table, path: &[String], text: &str, place: &Place) {
    let Some((name, rest)) = path.split_first() else { return };
    let untyped = || Node { place: place.clone(), value: Value::Untyped(text.to_owned()) };
    let entry =
        table.entry(name.clone()).or_insert_with(|| Entry { key: place.clone(), node: untyped() });
    if rest.is_empty() {
        *entry = Entry { key: place.clone(), node: untyped() };
        return;
    }
    if !matches!(entry.node.value, Value::Table(_)) {
        entry.node = Node { place: place.clone(), value: Value::Table(Table::new()) };
    }
    if let Value::Table(inner) = &mut entry.node.value {
        // A key is in a variable or in a file: the later one counts.
        if let [only] = rest
            && let "env" | "file" = only.as_str()
        {
            inner.retain(|other, _| other == only || !matches!(other.as_str(), "env" | "file"));
        }
        set(inner, rest, text, place);
    }
}

/// Puts the variables of all texts in place, and tells of those that cannot be.
pub(super) fn fill_in(
    table: &mut Table,
    path: &[&str],
    variables: &Environment,
    faults: &mut Vec<Fault>,
) {
    for (name, entry) in table {
        let path: Vec<&str> = path.iter().copied().chain([name.as_str()]).collect();
        fill_node(&mut entry.node, &path, variables, faults);
    }
}

fn fill_node(node: &mut Node, path: &[&str], variables: &Environment, faults: &mut Vec<Fault>) {
    match &mut node.value {
        Value::Text(text) if text.filled.contains('$') => {
            match fill(&text.filled, |name| variables.get(name)) {
                Ok(Filled { text: filled, only, has_variables }) => {
                    *text = Text { filled, only, is_filled: has_variables };
                }
                Err(gaps) => {
                    let path = shown_path(path);
                    let told = gaps
                        .iter()
                        .map(|gap| Fault::new(path.as_str(), &node.place, gap.kind(), gap.what()));
                    faults.extend(told);
                    node.value = Value::Broken;
                }
            }
        }
        Value::List(values) => {
            for node in values {
                fill_node(node, path, variables, faults);
            }
        }
        Value::Table(table) => fill_in(table, path, variables, faults),
        _ => {}
    }
}

/// The table under a name, if there is one.
pub(super) fn table_at<'t>(table: &'t Table, name: &str) -> Option<&'t Table> {
    match &table.get(name)?.node.value {
        Value::Table(inner) => Some(inner),
        _ => None,
    }
}
