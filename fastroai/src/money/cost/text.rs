//! Amounts as text: `$0.0042`.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

use super::{Cost, DOLLAR};
use crate::sentence::Sentence;

/// Decimals of a dollar that a picodollar takes.
const DECIMALS: usize = 12;

/// Decimals that are always shown.
const LEAST_DECIMALS: usize = 2;

impl fmt::Display for Cost {
    /// Dollars, exactly, with at least two decimals; a precision (`{:.4}`) rounds up.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = f.precision().unwrap_or(DECIMALS).min(DECIMALS);
        let unit = u32::try_from(DECIMALS - decimals).map_or(1, |power| 10u128.pow(power));
        let rounded = u128::from(self.0).div_ceil(unit) * unit;
        let (whole, rest) = (rounded / u128::from(DOLLAR), rounded % u128::from(DOLLAR));
        let digits = format!("{rest:0DECIMALS$}");
        let shown = match f.precision() {
            Some(_) => decimals,
            None => digits.trim_end_matches('0').len().max(LEAST_DECIMALS),
        };
        let text = match digits.get(..shown) {
            Some(digits) if !digits.is_empty() => format!("${whole}.{digits}"),
            _ => format!("${whole}"),
        };
        f.pad_integral(true, "", &text)
    }
}

/// A text that is no amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an amount of money: {why}; write dollars, as in `$0.05`")]
pub struct CostError {
    text: String,
    why: Why,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Why {
    #[error("it is empty")]
    Empty,
    #[error("it is negative")]
    Negative,
    #[error("it has an exponent")]
    Exponent,
    #[error("it is more than digits and one point between them")]
    NotDigits,
    #[error("it has more than 12 decimals")]
    TooFine,
    #[error("it is more than {}", Cost::MAX)]
    TooLarge,
}

/// The most of a refused text that its error repeats, in characters.
const REPEATED: usize = 40;

impl FromStr for Cost {
    type Err = CostError;

    /// Reads dollars, with or without their sign: `$0.05`, `0.05`, `12`.
    fn from_str(text: &str) -> Result<Self, CostError> {
        let repeat = || text.chars().take(REPEATED).flat_map(char::escape_debug).collect();
        read(text).map_err(|why| {
            let why = if why == Why::NotDigits { fault(text) } else { why };
            CostError { text: repeat(), why }
        })
    }
}

/// Reads dollars, when the program runs and when it is compiled.
const fn read(text: &str) -> Result<Cost, Why> {
    let bytes = text.as_bytes();
    let start = if let [b'$', ..] = bytes { 1 } else { 0 };
    if start == bytes.len() {
        return Err(Why::Empty);
    }
    let (mut at, mut decimals) = (start, 0);
    let mut point = false;
    // The amount in picodollars; `None` where it is too large.
    let mut amount = Some(0u64);
    while at < bytes.len() {
        let digit = bytes[at];
        if digit == b'.' && !point && at > start {
            point = true;
        } else if digit.is_ascii_digit() {
            if point {
                decimals += 1;
            }
            if decimals <= DECIMALS {
                amount = append(amount, digit - b'0');
            }
        } else {
            return Err(Why::NotDigits);
        }
        at += 1;
    }
    if point && decimals == 0 {
        return Err(Why::NotDigits);
    }
    if decimals > DECIMALS {
        return Err(Why::TooFine);
    }
    while decimals < DECIMALS {
        amount = append(amount, 0);
        decimals += 1;
    }
    match amount {
        Some(picodollars) => Ok(Cost(picodollars)),
        None => Err(Why::TooLarge),
    }
}

const fn append(number: Option<u64>, digit: u8) -> Option<u64> {
    let Some(number) = number else { return None };
    match number.checked_mul(10) {
        Some(tens) => tens.checked_add(digit as u64),
        None => None,
    }
}

impl Cost {
    /// The amount of a text that stands in a program: what [`usd!`](crate::usd) expands to.
    ///
    /// # Panics
    /// Where the text is no amount of money: while the program is compiled, if this is a constant.
    #[doc(hidden)]
    #[must_use]
    #[track_caller]
    pub const fn of_literal(text: &str) -> Self {
        match read(text) {
            Ok(cost) => cost,
            Err(_) => Sentence::new("`")
                .and(text)
                .and("` is not an amount of money: write dollars, with up to 12 decimals, as in `$0.05`")
                .panic(),
        }
    }
}

/// An amount of dollars that is checked while the program is compiled.
///
/// ```
/// use fastroai::money::Cost;
/// use fastroai::usd;
/// const DAILY: Cost = usd!("2.50");
/// assert_eq!(DAILY.to_string(), "$2.50");
/// ```
///
/// ```compile_fail
/// let wrong = fastroai::usd!("-2.50");
/// ```
#[doc(alias = "dollars_to_microcents")]
#[macro_export]
macro_rules! usd {
    ($dollars:expr) => {{
        // A constant of its own is checked even where nothing is built.
        const DOLLARS: $crate::money::Cost = $crate::money::Cost::of_literal($dollars);
        DOLLARS
    }};
}

/// What is wrong with a text that is not just digits and a point.
fn fault(text: &str) -> Why {
    let number = text.strip_prefix('$').unwrap_or(text);
    let exponent = |(mantissa, power): (&str, &str)| {
        mantissa.ends_with(|c: char| c.is_ascii_digit() || c == '.')
            && power.trim_start_matches(['+', '-']).bytes().all(|byte| byte.is_ascii_digit())
            && !power.is_empty()
    };
    let minus = |text: &str| text.starts_with(['-', '−']);
    if minus(text) || minus(number) {
        Why::Negative
    } else if number.split_once(['e', 'E']).is_some_and(exponent) {
        Why::Exponent
    } else {
        Why::NotDigits
    }
}

impl TryFrom<String> for Cost {
    type Error = CostError;
    fn try_from(text: String) -> Result<Self, CostError> {
        text.parse()
    }
}

impl From<Cost> for String {
    fn from(cost: Cost) -> Self {
        cost.to_string()
    }
}

impl Serialize for Cost {
    /// Writes exact dollars, as [`Display`](fmt::Display) shows them.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cost {
    /// Reads dollars from text. A number is refused: it may have been a float, and inexact.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Cost;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("dollars as text, as in \"0.05\"")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Cost, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}
