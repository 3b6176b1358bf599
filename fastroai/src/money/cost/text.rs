//! Amounts as text: `$0.0042`.

use std::fmt;
use std::str::FromStr;

use super::{Cost, DOLLAR};

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
        read(text).map_err(|why| CostError { text: repeat(), why })
    }
}

fn read(text: &str) -> Result<Cost, Why> {
    let number = text.strip_prefix('$').unwrap_or(text);
    if number.is_empty() {
        return Err(Why::Empty);
    }
    let (whole, decimals) = match number.split_once('.') {
        Some((_, "")) => return Err(Why::NotDigits),
        Some(halves) => halves,
        None => (number, ""),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(decimals) {
        return Err(fault(text, number));
    }
    if decimals.len() > DECIMALS {
        return Err(Why::TooFine);
    }
    // Only digits are left, so that what does not parse has too many of them.
    let dollars: u64 = whole.parse().map_err(|_| Why::TooLarge)?;
    let rest: u64 = format!("{decimals:0<DECIMALS$}").parse().map_err(|_| Why::TooFine)?;
    let picodollars = dollars.checked_mul(DOLLAR).and_then(|amount| amount.checked_add(rest));
    picodollars.map(Cost).ok_or(Why::TooLarge)
}

/// What is wrong with a text that is not just digits and a point.
fn fault(text: &str, number: &str) -> Why {
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
