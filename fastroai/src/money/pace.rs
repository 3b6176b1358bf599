//! How fast money is spent, against how fast it was before.

use std::collections::VecDeque;

use super::Cost;

/// How many intervals the average is of.
const INTERVALS: usize = 10;

/// With fewer, there is nothing to compare with.
const LEAST_INTERVALS: usize = 3;

/// What is spent in an interval, and the average of the intervals before.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    before: VecDeque<Cost>,
    now: Cost,
    told: bool,
}

/// An interval in which much more is spent than on average.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spike {
    pub(crate) spent: Cost,
    pub(crate) average: Cost,
}

impl Pace {
    /// So many intervals are over.
    pub(crate) fn pass(&mut self, intervals: u64) {
        // More than the average is of leave nothing of what was before.
        for _ in 0..intervals.min(INTERVALS as u64) {
            if self.before.len() == INTERVALS {
                self.before.pop_front();
            }
            self.before.push_back(std::mem::take(&mut self.now));
            self.told = false;
        }
    }

    /// Adds what was spent; says once in each interval when that is more than `times` the average.
    pub(crate) fn add(&mut self, cost: Cost, times: u32) -> Option<Spike> {
        self.now = self.now.saturating_add(cost);
        let average = self.average()?;
        let most = average.checked_mul(times.into()).unwrap_or(Cost::MAX);
        if average.is_zero() || self.told || self.now <= most {
            return None;
        }
        self.told = true;
        Some(Spike { spent: self.now, average })
    }

    fn average(&self) -> Option<Cost> {
        if self.before.len() < LEAST_INTERVALS {
            return None;
        }
        let sum = self.before.iter().fold(Cost::ZERO, |sum, cost| sum.saturating_add(*cost));
        let count = u64::try_from(self.before.len()).ok()?;
        Some(Cost::from_picodollars(sum.picodollars().checked_div(count)?))
    }
}

/// How many hundredths of `limit` are in `spent`, rounded down.
pub(crate) fn percent(spent: Cost, limit: Cost) -> u64 {
    let hundredths = u128::from(spent.picodollars()) * 100;
    let percent = hundredths.checked_div(limit.picodollars().into());
    percent.and_then(|percent| u64::try_from(percent).ok()).unwrap_or(100)
}
