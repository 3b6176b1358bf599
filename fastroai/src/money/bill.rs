//! What was asked of models, and what each request cost.

mod receipt;

use fastroai_providers::Usage;
use serde::{Deserialize, Serialize};

use super::{Cost, Total};

/// One request to a model, as it was billed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Line {
    /// The turn of its run, from 1.
    pub turn: u32,
    /// The attempt within the turn, from 1.
    pub attempt: u32,
    /// The provider that was asked.
    pub provider: String,
    /// The model that answered, or else the one that was asked.
    pub model: String,
    /// What it took.
    #[serde(default)]
    pub usage: Usage,
    /// What it cost; `None` where that is unknown.
    #[serde(default)]
    pub cost: Option<Cost>,
    /// It failed, and may have cost something all the same: at least `cost`, by what it reported
    /// before it broke.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
}

impl Line {
    /// A request of which neither usage nor cost is known yet.
    pub fn new(
        turn: u32,
        attempt: u32,
        provider: impl Into<String>,
        model: impl Into<String>,
    ) -> Self {
        Self {
            turn,
            attempt,
            provider: provider.into(),
            model: model.into(),
            usage: Usage::default(),
            cost: None,
            failed: false,
        }
    }

    /// Sets what it took and what that cost.
    #[must_use]
    pub fn with(mut self, usage: Usage, cost: Option<Cost>) -> Self {
        self.usage = usage;
        self.cost = cost;
        self
    }

    /// What it cost, and whether that is all: a reply that broke off had not reported all of it.
    #[must_use]
    pub fn total(&self) -> Total {
        let known = Total::from(self.cost);
        let broken = self.failed && self.cost.is_some_and(|cost| !cost.is_zero());
        if broken { known.plus(Total::UNKNOWN) } else { known }
    }

    /// Marks it as failed.
    #[must_use]
    pub fn failed(mut self) -> Self {
        self.failed = true;
        self
    }
}

/// Every request of a run with its cost, failed ones included. Its `Display` is a receipt.
///
/// ```
/// use fastroai::money::{Bill, Cost, Line};
/// # use fastroai_providers::Usage;
/// let mut bill = Bill::default();
/// bill.push(Line::new(1, 1, "openai", "gpt-4o").with(Usage::default(), Some(Cost::ZERO)));
/// bill.push(Line::new(1, 2, "acme", "large"));
/// assert_eq!(bill.requests(), 2);
/// assert_eq!(bill.total().exact(), None, "no one knows what acme takes");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bill {
    lines: Vec<Line>,
}

impl Bill {
    /// Adds a request.
    pub fn push(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// The requests, in the order they were added.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// What all requests cost together: always the sum of the lines.
    #[must_use]
    pub fn total(&self) -> Total {
        self.lines.iter().map(Line::total).sum()
    }

    /// What all requests took together.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.lines.iter().fold(Usage::default(), |mut sum, line| {
            sum.add(&line.usage);
            sum
        })
    }

    /// How many requests there were, failed ones included.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.lines.len()
    }

    /// Whether there was no request.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

impl Extend<Line> for Bill {
    fn extend<I: IntoIterator<Item = Line>>(&mut self, lines: I) {
        self.lines.extend(lines);
    }
}

impl FromIterator<Line> for Bill {
    fn from_iter<I: IntoIterator<Item = Line>>(lines: I) -> Self {
        Self { lines: lines.into_iter().collect() }
    }
}

impl IntoIterator for Bill {
    type Item = Line;
    type IntoIter = std::vec::IntoIter<Line>;
    fn into_iter(self) -> Self::IntoIter {
        self.lines.into_iter()
    }
}
