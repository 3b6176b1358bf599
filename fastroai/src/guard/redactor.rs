//! Finds what should not be read by everyone, and puts a word in its place.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use regex::{Regex, RegexBuilder, RegexSet, RegexSetBuilder};
use serde_json::Value;

use super::escaped::Unescaped;
use super::sensitive::{Candidate, Rule, Sensitive};

/// The most memory that a pattern of the program may need, in bytes.
const PATTERN_LIMIT: usize = 1 << 20;

/// The memory by which all our patterns are looked for at once, in bytes and by each thread that does
/// so. With less, what it found out about a text is thrown away and found out again.
const SET_MEMORY: usize = 8 << 20;

/// The longest label, in characters.
pub(super) const LONGEST_LABEL: usize = 24;

/// What is no longer than this is looked through again from its second character, where it turns out
/// to be nothing; longer ones are passed over, so that no text takes quadratic time.
const SECOND_LOOK: usize = 64;

/// One thing that was found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Found {
    /// The word that stands for it: [`Sensitive::label`], or the label of a pattern.
    pub label: Arc<str>,
    /// Where it is, in bytes.
    pub range: Range<usize>,
}

/// A pattern that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// It is no regular expression, or a larger one than is taken.
    #[error("the pattern of `{label}` cannot be used: {reason}")]
    Syntax {
        /// The label that the pattern was to have.
        label: String,
        /// What is wrong with it.
        reason: String,
    },
    /// It matches an empty text, and so everywhere.
    #[error("the pattern of `{label}` matches an empty text: ask for one character at least")]
    Empty {
        /// The label that the pattern was to have.
        label: String,
    },
    /// The label is no word.
    #[error(
        "`{label}` is no label: begin with a capital letter, go on with these, digits and `_`, at most {LONGEST_LABEL}"
    )]
    Label {
        /// The label.
        label: String,
    },
}

/// Finds personal data and secrets in texts, and puts a word such as `[EMAIL]` in their place.
///
/// Cheap to clone. It finds by form and by check digits, not by meaning: names and postal addresses
/// are not found, and a number that looks like a phone's is taken for one. How much it finds, and
/// how much wrongly, is what `cargo test -p tests --test redaction` measures.
///
/// ```
/// use fastroai::guard::{Redactor, Sensitive};
///
/// let redactor = Redactor::of([Sensitive::Email, Sensitive::Secret])
///     .with_pattern("CASE", r"\bC-\d{6}\b")?;
/// assert_eq!(
///     redactor.redact("C-123456: ada@example.org wrote"),
///     "[CASE]: [EMAIL] wrote",
/// );
/// # Ok::<(), fastroai::guard::PatternError>(())
/// ```
#[derive(Clone)]
pub struct Redactor {
    kinds: Arc<[Sensitive]>,
    patterns: Arc<[(Arc<str>, Regex)]>,
}

impl Redactor {
    /// Finds all kinds that there are.
    #[must_use]
    pub fn standard() -> Self {
        Self::of(Sensitive::ALL)
    }

    /// Finds these kinds.
    #[must_use]
    pub fn of(kinds: impl IntoIterator<Item = Sensitive>) -> Self {
        Self { kinds: kinds.into_iter().collect(), patterns: Arc::default() }
    }

    /// Finds what matches this regular expression, too; where it has a group, what the group holds.
    ///
    /// The syntax is that of the crate [`regex`](https://docs.rs/regex/latest/regex/#syntax), which
    /// takes linear time on any text.
    ///
    /// # Errors
    /// Where the label is no word of capital letters, or the pattern is none, is very large, or
    /// matches an empty text.
    pub fn with_pattern(mut self, label: &str, pattern: &str) -> Result<Self, PatternError> {
        let mut letters = label.chars();
        if label.len() > LONGEST_LABEL
            || !letters.next().is_some_and(|c| c.is_ascii_uppercase())
            || !letters.all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        {
            return Err(PatternError::Label { label: label.to_owned() });
        }
        let regex =
            RegexBuilder::new(pattern).size_limit(PATTERN_LIMIT).build().map_err(|error| {
                PatternError::Syntax { label: label.to_owned(), reason: error.to_string() }
            })?;
        if regex.is_match("") {
            return Err(PatternError::Empty { label: label.to_owned() });
        }
        self.add(label, regex);
        Ok(self)
    }

    pub(super) fn add(&mut self, label: &str, regex: Regex) {
        self.patterns = self.patterns.iter().cloned().chain([(label.into(), regex)]).collect();
    }

    pub(super) fn has_patterns(&self) -> bool {
        !self.patterns.is_empty()
    }

    /// All that is found, in the order of the text; no two overlap.
    ///
    /// The patterns of the program win over ours, and then the order of [`Sensitive::ALL`].
    ///
    /// Escapes such as `\n` and `\u0040` are read as what they say, as the text may be JSON.
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<Found> {
        let mut found = self.find_in(text);
        if let Some(read) = Unescaped::of(text) {
            let more = self.find_in(&read.text).into_iter().map(|one| {
                let range = read.origin(&one.range);
                Found { range, ..one }
            });
            let more: Vec<_> = more.collect();
            // Where the letter of an escape was taken for the first one of a thing, it is not.
            let places: HashSet<_> =
                more.iter().map(|it| (&it.label, it.range.start, it.range.end)).collect();
            found.retain(|it| {
                let is_behind = text.get(..it.range.start).is_some_and(|it| it.ends_with('\\'));
                !is_behind || !places.contains(&(&it.label, it.range.start + 1, it.range.end))
            });
            found.extend(more);
        }
        joined(found)
    }

    fn find_in(&self, text: &str) -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        for (label, regex) in self.patterns.iter() {
            for range in matches(regex, text, false, |_| true) {
                found.push(Found { label: Arc::clone(label), range });
            }
        }
        for index in COMPILED.set.matches(text) {
            let (kind, rule, regex) = &COMPILED.rules[index];
            if self.kinds.contains(kind) {
                for range in matches(regex, text, rule.is_greedy, rule.holds) {
                    found.push(Found { label: kind.label().into(), range });
                }
            }
        }
        joined(found)
    }

    /// The text with `[LABEL]` in place of all that is found.
    #[must_use]
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        replace(text, &self.find(text), |found, into| {
            into.push('[');
            into.push_str(&found.label);
            into.push(']');
        })
    }

    /// Redacts all texts in a JSON value, the names of fields included.
    pub fn redact_json(&self, value: &mut Value) {
        texts_of(value, &mut |text| {
            if let Cow::Owned(redacted) = self.redact(text) {
                *text = redacted;
            }
        });
    }
}

impl Default for Redactor {
    fn default() -> Self {
        Self::standard()
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let patterns: Vec<&str> = self.patterns.iter().map(|(label, _)| &**label).collect();
        f.debug_struct("Redactor").field("kinds", &self.kinds).field("patterns", &patterns).finish()
    }
}

/// Writes something else in place of what was found.
pub(super) fn replace<'t>(
    text: &'t str,
    found: &[Found],
    mut write: impl FnMut(&Found, &mut String),
) -> Cow<'t, str> {
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut replaced = String::with_capacity(text.len());
    let mut rest = 0;
    for one in found {
        replaced.push_str(&text[rest..one.range.start]);
        write(one, &mut replaced);
        rest = one.range.end;
    }
    replaced.push_str(&text[rest..]);
    Cow::Owned(replaced)
}

/// Changes all texts in a value, the names of fields included.
pub(super) fn texts_of(value: &mut Value, change: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(values) => values.iter_mut().for_each(|value| texts_of(value, change)),
        Value::Object(fields) => {
            for (mut name, mut value) in std::mem::take(fields) {
                change(&mut name);
                texts_of(&mut value, change);
                fields.insert(name, value);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// All that was found, in the order of the text, what overlaps as one: no piece of either stays in
/// the text. It has the label of what was found first.
fn joined(found: Vec<Found>) -> Vec<Found> {
    let mut found: Vec<(usize, Found)> = found.into_iter().enumerate().collect();
    found.sort_by_key(|(_, found)| found.range.start);
    let mut joined: Vec<(usize, Found)> = Vec::with_capacity(found.len());
    for (rank, one) in found {
        match joined.last_mut() {
            Some((first, kept)) if one.range.start < kept.range.end => {
                kept.range.end = kept.range.end.max(one.range.end);
                if rank < *first {
                    (*first, kept.label) = (rank, one.label);
                }
            }
            _ => joined.push((rank, one)),
        }
    }
    joined.into_iter().map(|(_, found)| found).collect()
}

/// Where a pattern matches and the check holds. A greedy pattern may take in what follows, so that
/// what it took is made shorter until the check holds.
fn matches(
    regex: &Regex,
    text: &str,
    is_greedy: bool,
    holds: impl Fn(&Candidate<'_>) -> bool,
) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut from = 0;
    while let Some(captures) = regex.captures_at(text, from) {
        let Some(all) = captures.get(0) else { break };
        let thing = captures.get(1).unwrap_or(all);
        let start = thing.start();
        let end =
            ends(&text[start..thing.end()], is_greedy).map(|length| start + length).find(|&end| {
                let (before, found, after) = (&text[..start], &text[start..end], &text[end..]);
                holds(&Candidate { found, before, after })
            });
        from = match end {
            Some(end) => {
                ranges.push(start..end);
                end.max(from + 1)
            }
            None if all.len() <= SECOND_LOOK => all.start() + 1,
            None => all.end(),
        };
        while !text.is_char_boundary(from) {
            from += 1;
        }
        if from >= text.len() {
            break;
        }
    }
    ranges
}

/// The lengths that a thing may have, the longest first.
fn ends(thing: &str, is_greedy: bool) -> impl Iterator<Item = usize> {
    let shorter = thing.char_indices().rev().map(|(at, _)| at).filter(|at| *at > 0);
    std::iter::once(thing.len()).chain(shorter.take(if is_greedy { SECOND_LOOK } else { 0 }))
}

/// All rules, compiled once for the process.
struct Compiled {
    set: RegexSet,
    rules: Vec<(Sensitive, &'static Rule, Regex)>,
}

static COMPILED: LazyLock<Compiled> = LazyLock::new(|| {
    let rules = || {
        Sensitive::ALL
            .into_iter()
            .flat_map(|kind| kind.rules().iter().map(move |rule| (kind, rule)))
    };
    Compiled::new(rules().map(|(kind, rule)| (kind, rule, ascii(rule.pattern))).collect())
});

impl Compiled {
    #[expect(
        clippy::expect_used,
        reason = "the patterns are constants, and the tests compile them"
    )]
    fn new(rules: Vec<(Sensitive, &'static Rule, String)>) -> Self {
        let set = RegexSetBuilder::new(rules.iter().map(|(.., pattern)| pattern))
            .size_limit(64 << 20)
            .dfa_size_limit(SET_MEMORY)
            .build()
            .expect("patterns that compile");
        let compile = |(kind, rule, pattern): (_, _, String)| {
            (kind, rule, Regex::new(&pattern).expect("a pattern that compiles"))
        };
        Self { set, rules: rules.into_iter().map(compile).collect() }
    }
}

/// Digits, letters and the ends of words are those of ASCII: no key and no number has others.
fn ascii(pattern: &str) -> String {
    pattern.replace(r"\d", "[0-9]").replace(r"\w", "[0-9A-Za-z_]").replace(r"\b", r"(?-u:\b)")
}
