//! An exact amount of money.

mod text;

use std::fmt;
use std::iter::Sum;

pub use text::CostError;

/// Picodollars in a microcent.
const MICROCENT: u64 = 10_000;

/// Picodollars in a microdollar.
const MICRODOLLAR: u64 = 1_000_000;

/// Picodollars in a dollar.
const DOLLAR: u64 = 1_000_000_000_000;

/// An exact amount of money, in whole picodollars (1e-12 dollar); never negative.
///
/// There is no `+`: amounts are added with [`checked_add`](Self::checked_add) or summed into an
/// `Option<Cost>`, so that what becomes too large (over 18 million dollars) is never overlooked.
/// It is written as exact dollars, in text and in JSON alike. No float becomes an amount: `0.1` as a
/// float is no tenth of a dollar.
///
/// ```
/// use fastroai::money::Cost;
/// let call: Cost = "$0.000065".parse()?;
/// let day = call.checked_mul(1_000).expect("it fits");
/// assert_eq!(day.to_string(), "$0.065");
/// assert_eq!([call, day].into_iter().sum::<Option<Cost>>(), Some("$0.065065".parse()?));
/// # Ok::<(), fastroai::money::CostError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "format_cost")]
pub struct Cost(u64);

impl Cost {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The largest amount there is: about 18.4 million dollars.
    pub const MAX: Self = Self(u64::MAX);

    /// An amount of picodollars (1e-12 dollar).
    #[must_use]
    pub const fn from_picodollars(picodollars: u64) -> Self {
        Self(picodollars)
    }

    /// The amount in picodollars (1e-12 dollar), exactly.
    #[must_use]
    pub const fn picodollars(self) -> u64 {
        self.0
    }

    /// An amount of microcents (1e-6 cent, which is 1e-8 dollar); [`MAX`](Self::MAX) beyond it.
    #[must_use]
    pub const fn from_microcents(microcents: u64) -> Self {
        Self(microcents.saturating_mul(MICROCENT))
    }

    /// The amount in microcents (1e-6 cent, which is 1e-8 dollar), rounded up.
    ///
    /// The Python library's `cost_microcents` holds [`microdollars`](Self::microdollars).
    #[must_use]
    pub const fn microcents(self) -> u64 {
        self.0.div_ceil(MICROCENT)
    }

    /// An amount of microdollars (1e-6 dollar); [`MAX`](Self::MAX) beyond it.
    #[must_use]
    pub const fn from_microdollars(microdollars: u64) -> Self {
        Self(microdollars.saturating_mul(MICRODOLLAR))
    }

    /// The amount in microdollars (1e-6 dollar), rounded up.
    ///
    /// This is the unit of the Python library's `cost_microcents`.
    #[must_use]
    #[doc(alias = "cost_microcents")]
    pub const fn microdollars(self) -> u64 {
        self.0.div_ceil(MICRODOLLAR)
    }

    /// The amount in dollars, to show or plot; not exact, and not to compute with.
    #[must_use]
    #[doc(alias = "cost_dollars")]
    #[expect(clippy::cast_precision_loss, reason = "as documented")]
    #[doc(alias = "microcents_to_dollars")]
    pub fn dollars(self) -> f64 {
        self.0 as f64 / DOLLAR as f64
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Both amounts together; `None` where that is too large.
    #[must_use]
    pub const fn checked_add(self, other: Self) -> Option<Self> {
        match self.0.checked_add(other.0) {
            Some(sum) => Some(Self(sum)),
            None => None,
        }
    }

    /// What is left after taking `other` away; `None` where that is more than there is.
    #[must_use]
    pub const fn checked_sub(self, other: Self) -> Option<Self> {
        match self.0.checked_sub(other.0) {
            Some(rest) => Some(Self(rest)),
            None => None,
        }
    }

    /// The amount this many times; `None` where that is too large.
    #[must_use]
    pub const fn checked_mul(self, times: u64) -> Option<Self> {
        match self.0.checked_mul(times) {
            Some(product) => Some(Self(product)),
            None => None,
        }
    }

    /// Both amounts together, or [`MAX`](Self::MAX) where that is too large.
    #[must_use]
    pub const fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What is left after taking `other` away, or nothing.
    #[must_use]
    pub const fn saturating_sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum<Cost> for Option<Cost> {
    /// All amounts together; `None` where that is too large.
    fn sum<I: Iterator<Item = Cost>>(mut costs: I) -> Self {
        costs.try_fold(Cost::ZERO, Cost::checked_add)
    }
}

impl<'a> Sum<&'a Cost> for Option<Cost> {
    /// All amounts together; `None` where that is too large.
    fn sum<I: Iterator<Item = &'a Cost>>(costs: I) -> Self {
        costs.copied().sum()
    }
}

impl fmt::Debug for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cost({self})")
    }
}
