//! A sum of which some parts may be unknown.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Cost;

/// What several things cost together, and whether that is all of it.
///
/// ```
/// use fastroai::money::{Cost, Total};
/// let known = Total::from(Cost::from_microdollars(4200));
/// assert_eq!(known.to_string(), "$0.0042");
/// assert_eq!(known.plus(Total::UNKNOWN).to_string(), "at least $0.0042");
/// assert_eq!(Total::UNKNOWN.to_string(), "cost unknown");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Total {
    known: Cost,
    exact: bool,
}

impl Total {
    /// Nothing was spent.
    pub const ZERO: Self = Self { known: Cost::ZERO, exact: true };

    /// Something was spent, and no one knows how much.
    pub const UNKNOWN: Self = Self { known: Cost::ZERO, exact: false };

    /// The amount, where all of it is known.
    #[must_use]
    pub const fn exact(self) -> Option<Cost> {
        if self.exact { Some(self.known) } else { None }
    }

    /// The part that is known: the total is this or more.
    #[must_use]
    pub const fn known(self) -> Cost {
        self.known
    }

    /// Both together. What is too large becomes [`Cost::MAX`] and is no longer exact.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        let exact = self.exact && other.exact;
        match self.known.checked_add(other.known) {
            Some(known) => Self { known, exact },
            None => Self { known: Cost::MAX, exact: false },
        }
    }
}

impl Default for Total {
    fn default() -> Self {
        Self::ZERO
    }
}

impl From<Cost> for Total {
    fn from(known: Cost) -> Self {
        Self { known, exact: true }
    }
}

impl From<Option<Cost>> for Total {
    /// `None` is unknown.
    fn from(cost: Option<Cost>) -> Self {
        cost.map_or(Self::UNKNOWN, Self::from)
    }
}

impl std::iter::Sum for Total {
    fn sum<I: Iterator<Item = Self>>(totals: I) -> Self {
        totals.fold(Self::ZERO, Self::plus)
    }
}

impl PartialEq<Cost> for Total {
    /// Whether the total is known, and is this.
    fn eq(&self, cost: &Cost) -> bool {
        self.exact() == Some(*cost)
    }
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = match f.precision() {
            Some(decimals) => format!("{:.decimals$}", self.known),
            None => self.known.to_string(),
        };
        let text = match self.exact() {
            Some(_) => known,
            None if self.known.is_zero() => "cost unknown".to_owned(),
            None => format!("at least {known}"),
        };
        f.pad_integral(true, "", &text)
    }
}
