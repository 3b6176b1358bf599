//! What an argument must keep to beyond its type: told in the schema, and checked on arrival.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::sync::OnceLock;

use regex_lite::Regex;
use serde_json::{Map, Value};

/// What an argument must keep to beyond its type.
///
/// The schema tells it to the model, and each call is held to it. Made in a `static`, so that a
/// pattern is compiled once.
///
/// ```
/// use fastroai::tool::{Bound, Limits};
/// static AIRPORT: Limits = Limits::new().pattern("^[A-Z]{3}$");
/// static DAYS: Limits = Limits::new().least(Bound::Integer(1)).most(Bound::Integer(10));
/// ```
#[derive(Debug)]
pub struct Limits {
    least: Option<Bound>,
    most: Option<Bound>,
    below: Option<Bound>,
    shortest: Option<u64>,
    longest: Option<u64>,
    pattern: Option<&'static str>,
    compiled: OnceLock<Option<Regex>>,
}

/// A number that an argument is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// A whole number.
    Integer(i128),
    /// Any other.
    Float(f64),
}

impl Limits {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            least: None,
            most: None,
            below: None,
            shortest: None,
            longest: None,
            pattern: None,
            compiled: OnceLock::new(),
        }
    }

    /// A number of at least this.
    #[must_use]
    pub const fn least(mut self, bound: Bound) -> Self {
        self.least = Some(bound);
        self
    }

    /// A number of at most this.
    #[must_use]
    pub const fn most(mut self, bound: Bound) -> Self {
        self.most = Some(bound);
        self
    }

    /// A number less than this.
    #[must_use]
    pub const fn below(mut self, bound: Bound) -> Self {
        self.below = Some(bound);
        self
    }

    /// A text of at least this many characters, or a list of at least this many items.
    #[must_use]
    pub const fn shortest(mut self, length: u64) -> Self {
        self.shortest = Some(length);
        self
    }

    /// A text of at most this many characters, or a list of at most this many items.
    #[must_use]
    pub const fn longest(mut self, length: u64) -> Self {
        self.longest = Some(length);
        self
    }

    /// A text in which this regular expression matches somewhere: write `^` and `$` for all of it.
    ///
    /// Of the syntax, write what all providers know: no look-around and no references to groups.
    #[must_use]
    pub const fn pattern(mut self, pattern: &'static str) -> Self {
        self.pattern = Some(pattern);
        self
    }

    /// Writes the limits into a schema; for a list, lengths count items.
    pub(super) fn describe(&self, schema: &mut Map<String, Value>) {
        let is_list = schema.get("type").is_some_and(|kind| match kind {
            Value::Array(kinds) => kinds.iter().any(|kind| kind == "array"),
            kind => kind == "array",
        });
        let (shortest, longest) =
            if is_list { ("minItems", "maxItems") } else { ("minLength", "maxLength") };
        let entries = [
            ("minimum", self.least.map(Bound::to_json)),
            ("maximum", self.most.map(Bound::to_json)),
            ("exclusiveMaximum", self.below.map(Bound::to_json)),
            (shortest, self.shortest.map(Value::from)),
            (longest, self.longest.map(Value::from)),
            ("pattern", self.pattern.map(Value::from)),
        ];
        for (keyword, value) in entries {
            if let Some(value) = value {
                schema.insert(keyword.to_owned(), value);
            }
        }
    }

    /// What the value breaks, in words for the model. What has another type is not judged here.
    pub(super) fn broken_by(&self, value: &Value) -> Vec<String> {
        let mut broken = Vec::new();
        if let Some(number) = Bound::of_json(value) {
            for (bound, keeps, word) in [
                (self.least, &Bound::is_least_of as &Keeps, "at least"),
                (self.most, &Bound::is_most_of, "at most"),
                (self.below, &Bound::is_above, "less than"),
            ] {
                if let Some(bound) = bound.filter(|bound| !keeps(*bound, number)) {
                    broken.push(format!("must be {word} {}", bound.to_json()));
                }
            }
        }
        if let Some((length, unit)) = length(value) {
            if let Some(least) = self.shortest.filter(|least| length < *least) {
                broken.push(format!("must have at least {least} {unit}, and has {length}"));
            }
            if let Some(most) = self.longest.filter(|most| length > *most) {
                broken.push(format!("must have at most {most} {unit}, and has {length}"));
            }
        }
        if let (Some(pattern), Value::String(text)) = (self.pattern, value) {
            let compiled = self.compiled.get_or_init(|| Regex::new(pattern).ok());
            // The macro lets no other pattern through; one by hand is held to by the provider only.
            if compiled.as_ref().is_some_and(|regex| !regex.is_match(text)) {
                broken.push(format!("must match the pattern `{pattern}`"));
            }
        }
        broken
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::new()
    }
}

type Keeps = dyn Fn(Bound, Bound) -> bool;

impl Bound {
    fn to_json(self) -> Value {
        match self {
            Self::Integer(number) => i64::try_from(number)
                .map(Value::from)
                .or_else(|_| u64::try_from(number).map(Value::from))
                .unwrap_or(Value::Null),
            Self::Float(number) => number.into(),
        }
    }

    fn of_json(value: &Value) -> Option<Self> {
        let Value::Number(number) = value else { return None };
        number
            .as_i64()
            .map(i128::from)
            .or_else(|| number.as_u64().map(i128::from))
            .map(Self::Integer)
            .or_else(|| number.as_f64().map(Self::Float))
    }

    #[expect(clippy::cast_precision_loss, reason = "a float is compared with a float")]
    fn as_f64(self) -> f64 {
        match self {
            Self::Integer(number) => number as f64,
            Self::Float(number) => number,
        }
    }

    fn is_least_of(self, number: Self) -> bool {
        match (self, number) {
            (Self::Integer(bound), Self::Integer(number)) => bound <= number,
            _ => self.as_f64() <= number.as_f64(),
        }
    }

    fn is_most_of(self, number: Self) -> bool {
        number.is_least_of(self)
    }

    fn is_above(self, number: Self) -> bool {
        !self.is_least_of(number)
    }
}

/// As JSON schema counts: characters, or items.
fn length(value: &Value) -> Option<(u64, &'static str)> {
    let (length, unit) = match value {
        Value::String(text) => (text.chars().count(), "characters"),
        Value::Array(items) => (items.len(), "items"),
        _ => return None,
    };
    Some((length.try_into().unwrap_or(u64::MAX), unit))
}

/// The types of numbers: those that `range`, `min` and `max` are for.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` has no range",
    label = "`range`, `min` and `max` are for numbers, not for a `{Self}`",
    note = "write `length(…)` for texts and lists; for a number of your own, write `impl fastroai::tool::Numeric for {Self} {{}}`"
)]
pub trait Numeric {}

/// The types of texts and lists: those that `length` is for.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` has no length",
    label = "`length` is for texts and lists, not for a `{Self}`",
    note = "write `range(…)` for numbers; for a text or a list of your own, write `impl fastroai::tool::Measured for {Self} {{}}`"
)]
pub trait Measured {}

/// The types of texts: those that `pattern` is for.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` has no pattern",
    label = "`pattern` is for texts, not for a `{Self}`",
    note = "write `range(…)` for numbers; for a text of your own, write `impl fastroai::tool::Textual for {Self} {{}}`"
)]
pub trait Textual {}

macro_rules! kinds {
    ($kind:ident: $($ty:ty),*) => {
        $(#[diagnostic::do_not_recommend] impl $kind for $ty {})*
        #[diagnostic::do_not_recommend]
        impl<T: $kind> $kind for Option<T> {}
        #[diagnostic::do_not_recommend]
        impl<T: $kind + ?Sized> $kind for Box<T> {}
    };
}

kinds!(Numeric: u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize, f32, f64);
kinds!(Measured: String, str);
kinds!(Textual: String, str, char);

#[diagnostic::do_not_recommend]
impl<T> Measured for Vec<T> {}
#[diagnostic::do_not_recommend]
impl<T> Measured for VecDeque<T> {}
#[diagnostic::do_not_recommend]
impl<T> Measured for BTreeSet<T> {}
#[diagnostic::do_not_recommend]
impl<T, S> Measured for HashSet<T, S> {}

/// Asks whether a range says something of this type.
pub const fn numeric<T: Numeric + ?Sized>() {}

/// Asks whether a length does.
pub const fn measured<T: Measured + ?Sized>() {}

/// Asks whether a pattern does.
pub const fn textual<T: Textual + ?Sized>() {}
