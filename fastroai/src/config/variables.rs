//! Variables of the environment, and `${…}` in texts.

use std::fmt;
use std::sync::Arc;

use super::fault::FaultKind;

type All = dyn Fn() -> Vec<(String, String)> + Send + Sync;

/// What begins the variables that set something.
pub(super) const PREFIX: &str = "FASTROAI__";

/// The environment of the process, or what stands in for it.
#[derive(Clone, Default)]
pub(super) struct Environment(Option<Arc<All>>);

impl Environment {
    pub(super) fn new(all: impl Fn() -> Vec<(String, String)> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(all)))
    }

    /// The value of a variable; one that is empty is one that is not set.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let value = match &self.0 {
            Some(all) => all().into_iter().find(|(other, _)| other == name)?.1,
            None => std::env::var_os(name)?.to_string_lossy().into_owned(),
        };
        Some(value).filter(|value| !value.is_empty())
    }

    /// The variables that set something, in the order of their names. One that is no Unicode is `None`.
    pub(super) fn settings(&self) -> Vec<(String, Option<String>)> {
        let mut found: Vec<_> = match &self.0 {
            Some(all) => all().into_iter().map(|(name, value)| (name, Some(value))).collect(),
            None => std::env::vars_os()
                .map(|(name, value)| {
                    (name.to_string_lossy().into_owned(), value.into_string().ok())
                })
                .collect(),
        };
        found.retain(|(name, _)| name.starts_with(PREFIX));
        found.sort();
        found
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment")
    }
}

/// A text with its variables in place.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) text: String,
    /// The one variable that the text is, if it is nothing else.
    pub(super) only: Option<String>,
    /// Whether there is any in it.
    pub(super) has_variables: bool,
}

/// Why a `${…}` cannot be filled in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Gap {
    Missing(String),
    Open,
    NoName,
}

impl Gap {
    pub(super) fn kind(&self) -> FaultKind {
        match self {
            Self::Missing(name) => FaultKind::MissingVariable { name: name.clone() },
            Self::Open | Self::NoName => FaultKind::Interpolation,
        }
    }

    pub(super) fn what(&self) -> String {
        match self {
            Self::Missing(name) => format!(
                "the variable `{name}` is not set: set it, or write `${{{name}:-…}}` with what to take without it"
            ),
            Self::Open => {
                "a `${` has no end: write `${NAME}`, or `$${` for the characters".to_owned()
            }
            Self::NoName => {
                "a `${…}` has no name of a variable in it: write letters, digits and `_`, \
                             as in `${NAME}` or `${NAME:-otherwise}`, or `$${` for the characters"
                    .to_owned()
            }
        }
    }
}

/// Fills in `${NAME}` and `${NAME:-otherwise}`; `$$` is a `$`, and so is one before anything else.
pub(super) fn fill(text: &str, look: impl Fn(&str) -> Option<String>) -> Result<Filled, Vec<Gap>> {
    let (mut filled, mut gaps) = (String::with_capacity(text.len()), Vec::new());
    let (mut rest, mut only, mut has_variables) = (text, None, false);
    while let Some((before, after)) = rest.split_once('$') {
        filled.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            filled.push('$');
            rest = after;
        } else if let Some(inner) = after.strip_prefix('{') {
            let Some((inner, after)) = inner.split_once('}') else {
                gaps.push(Gap::Open);
                return Err(gaps);
            };
            let (name, otherwise) = match inner.split_once(":-") {
                Some((name, otherwise)) => (name, Some(otherwise)),
                None => (inner, None),
            };
            if !is_name(name) || otherwise.is_some_and(|otherwise| otherwise.contains('$')) {
                gaps.push(Gap::NoName);
            } else if let Some(value) = look(name) {
                filled.push_str(&value);
            } else if let Some(otherwise) = otherwise {
                filled.push_str(otherwise);
            } else {
                gaps.push(Gap::Missing(name.to_owned()));
            }
            has_variables = true;
            if text.len() == inner.len() + "${}".len() && otherwise.is_none() {
                only = Some(name.to_owned());
            }
            rest = after;
        } else {
            filled.push('$');
            rest = after;
        }
    }
    filled.push_str(rest);
    if gaps.is_empty() { Ok(Filled { text: filled, only, has_variables }) } else { Err(gaps) }
}

/// Whether a variable can have this name.
pub(super) fn is_name(name: &str) -> bool {
    let fine = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.chars().all(fine) && name.starts_with(|c: char| !c.is_ascii_digit())
}

/// A text that [`fill`] makes this one of.
pub(super) fn escaped(text: &str) -> String {
    if text.contains("${") || text.contains("$$") {
        text.replace('$', "$$")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn look(name: &str) -> Option<String> {
        (name != "MISSING").then(|| format!("<{name}>"))
    }

    fn filled(text: &str) -> String {
        fill(text, look).unwrap().text
    }

    #[test]
    fn variables_defaults_and_dollars_are_filled_in() {
        for (text, expected) in [
            ("", ""),
            ("$5.00", "$5.00"),
            ("$$5", "$5"),
            ("$", "$"),
            ("a $", "a $"),
            ("${A}", "<A>"),
            ("x${A}y${B_2}z", "x<A>y<B_2>z"),
            ("${MISSING:-d}", "d"),
            ("${MISSING:-}", ""),
            ("${A:-d}", "<A>"),
            ("$${A}", "${A}"),
            ("$$${A}", "$<A>"),
            ("${MISSING:-a:-b}", "a:-b"),
        ] {
            assert_eq!(filled(text), expected, "{text}");
        }
    }

    #[test]
    fn all_gaps_of_a_text_are_told() {
        let gaps = fill("${MISSING}${1}${}${A B}${MISSING", look).unwrap_err();
        let missing = Gap::Missing("MISSING".to_owned());
        assert_eq!(gaps, [missing, Gap::NoName, Gap::NoName, Gap::NoName, Gap::Open]);
    }

    #[test]
    fn a_value_is_not_looked_through_again() {
        let text = fill("${A}", |_| Some("${B} $$".to_owned())).unwrap().text;
        assert_eq!(text, "${B} $$");
    }

    proptest! {
        #[test]
        fn whatever_is_escaped_comes_back(text in r"[$ {}A-Z:\-]{0,20}|\PC{0,20}") {
            prop_assert_eq!(filled(&escaped(&text)), text);
        }

        #[test]
        fn whatever_is_written_is_filled_in_or_refused(text in r"[${}A-Z_:\-]{0,30}|\PC{0,30}") {
            if let Ok(filled) = fill(&text, look) {
                let dollars = text.contains('$');
                prop_assert!(dollars || filled.text == text);
            }
        }
    }
}
