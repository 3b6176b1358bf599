//! What was asked of models, and what each request cost.

mod receipt;
mod reconcile;

use fastroai_providers::Usage;
use serde::{Deserialize, Serialize};

use super::{Cost, Total};
pub use reconcile::ReconcileError;

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
    /// It cost at least `cost`: a part of what it took has no known price.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub incomplete: bool,
    /// The table of prices that the cost is from: a version of the list, an override, or the agent's
    /// own rates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prices: Option<String>,
    /// The tier of service that the provider says it answered in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<String>,
    /// It failed, and may have cost something all the same: at least `cost`, by what it reported
    /// before it broke.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub failed: bool,
    /// What stays held of the budgets for it, as nobody knows what it cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Cost>,
    /// What it cost was learned later, and `cost` is that; see [`reconcile`](Self::reconcile).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reconciled: bool,
    /// The limit of output tokens that the budget had come down to, where that is less than asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lowered_to: Option<u32>,
    /// What was paid for.
    #[serde(default)]
    pub item: Item,
}

/// What a [`Line`] was paid for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// A request to a model.
    #[default]
    Request,
    /// A tool, named where the model stands.
    Tool,
}

/// How sure the cost of a [`Line`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LineState {
    /// It is what was paid.
    Settled,
    /// It was answered, and what it took was not reported, or a part of that has no known price: it
    /// cost what is held for it, at most.
    Estimated,
    /// It failed, and may have been paid: as much as is held for it, at most.
    PossiblyPaid,
    /// Nobody knows the cost, and nothing is held for it.
    Unknown,
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
            incomplete: false,
            prices: None,
            service_tier: None,
            failed: false,
            held: None,
            reconciled: false,
            lowered_to: None,
            item: Item::Request,
        }
    }

    /// What a tool cost.
    pub fn tool(turn: u32, attempt: u32, name: impl Into<String>, cost: Cost) -> Self {
        let line = Self::new(turn, attempt, "tool", name).with(Usage::default(), Some(cost));
        Self { item: Item::Tool, ..line }
    }

    /// How sure its cost is.
    #[must_use]
    pub fn state(&self) -> LineState {
        match (self.total().exact(), self.failed, self.held) {
            (Some(_), ..) => LineState::Settled,
            (None, true, _) => LineState::PossiblyPaid,
            (None, false, Some(_)) => LineState::Estimated,
            (None, false, None) => LineState::Unknown,
        }
    }

    /// Sets what it took and what that cost.
    #[must_use]
    pub fn with(mut self, usage: Usage, cost: Option<Cost>) -> Self {
        self.usage = usage;
        self.cost = cost;
        self
    }

    /// What it cost, and whether that is all: a reply that broke off had not reported all of it, and a
    /// tool of the provider's may have a fee that nobody knows.
    #[must_use]
    pub fn total(&self) -> Total {
        let known = Total::from(self.cost);
        let broken = self.failed && self.cost.is_some_and(|cost| !cost.is_zero());
        if !self.reconciled && (broken || self.incomplete) {
            known.plus(Total::UNKNOWN)
        } else {
            known
        }
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

    /// The requests, to [reconcile](Line::reconcile) them with what was learned later.
    #[must_use]
    pub fn lines_mut(&mut self) -> &mut [Line] {
        &mut self.lines
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
        self.lines.iter().filter(|line| line.item == Item::Request).count()
    }

    /// What may have been paid beside what is known: what stays held of the budgets, less that.
    #[must_use]
    pub fn possibly_paid(&self) -> Cost {
        self.lines.iter().map(Line::unsure).fold(Cost::ZERO, Cost::saturating_add)
    }

    /// The bill as a receipt, line by line.
    #[must_use]
    pub fn table(&self) -> String {
        self.to_string()
    }

    /// The limit that the budget had come down to for the last reply.
    pub(crate) fn lowered_to(&self) -> Option<u32> {
        let mut requests = self.lines.iter().filter(|line| line.item == Item::Request);
        requests.next_back()?.lowered_to
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
