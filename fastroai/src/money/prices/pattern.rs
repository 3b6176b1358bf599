//! Which models an override is for.

use std::str::FromStr;

/// A `provider:model` or bare model name, with or without a `*` at its end.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// In small letters, without the star.
    text: String,
    star: bool,
}

/// How closely a pattern matches; more is closer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Closeness {
    kind: Kind,
    length: usize,
    with_provider: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Beginning,
    Snapshot,
    Name,
}

impl Pattern {
    /// How closely the pattern matches a model, whose names are in small letters.
    pub(super) fn matches(&self, provider: &str, model: &str) -> Option<Closeness> {
        // A bare name may hold colons (`llama3:8b`), so that both readings count.
        let bare = self.reading(&self.text, model, false);
        let qualified = self
            .text
            .split_once(':')
            .filter(|(name, _)| *name == provider)
            .and_then(|(_, name)| self.reading(name, model, true));
        qualified.max(bare)
    }

    fn reading(&self, name: &str, model: &str, with_provider: bool) -> Option<Closeness> {
        let rest = model.strip_prefix(name)?;
        let kind = match rest {
            "" => Kind::Name,
            _ if self.star => Kind::Beginning,
            _ if is_date(rest) => Kind::Snapshot,
            _ => return None,
        };
        Some(Closeness { kind, length: name.len(), with_provider })
    }
}

/// Whether this is how a snapshot's date hangs on its model's name: `-2024-08-06`, `-20250514`,
/// `@20250514`, `-0613`.
fn is_date(rest: &str) -> bool {
    let Some(date) = rest.strip_prefix(['-', '@']) else { return false };
    let digits = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    match date.split('-').collect::<Vec<_>>()[..] {
        [year, month, day] => digits(year, 4) && digits(month, 2) && digits(day, 2),
        [whole] => digits(whole, 8) || digits(whole, 4),
        _ => false,
    }
}

impl FromStr for Pattern {
    type Err = OverrideError;

    fn from_str(text: &str) -> Result<Self, OverrideError> {
        let fault = |why| Err(OverrideError { text: text.escape_debug().collect(), why });
        let name = text.strip_suffix('*').unwrap_or(text);
        if text.is_empty() {
            return fault(Why::Empty);
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return fault(Why::Space);
        }
        if name.contains('*') {
            return fault(Why::Star);
        }
        if name.starts_with(':') || (name.len() == text.len() && name.ends_with(':')) {
            return fault(Why::Half);
        }
        Ok(Self { text: name.to_ascii_lowercase(), star: name.len() < text.len() })
    }
}

/// A pattern that no model could match.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "prices cannot be set for `{text}`: {why}; write `provider:model`, a model's name, or the \
     beginning of either and a `*`"
)]
pub struct OverrideError {
    text: String,
    why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Why {
    #[error("it is empty")]
    Empty,
    #[error("it has a space in it")]
    Space,
    #[error("a `*` may only stand at the end")]
    Star,
    #[error("one side of its colon is empty")]
    Half,
}
