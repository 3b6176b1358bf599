//! A bill that grows while runs go on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Bill, Line, Total};

/// A bill to which many can add at once. A clone is the same meter.
///
/// What is recorded in a child is recorded in its parents too, so that an agent called by another
/// has a bill of its own and still stands on the caller's. A meter keeps every line: make one for
/// each run or session, not one for the life of a process.
///
/// ```
/// use fastroai::money::{Line, Meter};
/// let caller = Meter::new();
/// let called = caller.child();
/// called.record(Line::new(1, 1, "openai", "gpt-4o"));
/// caller.record(Line::new(1, 1, "openai", "gpt-4o-mini"));
/// assert_eq!((called.bill().requests(), caller.bill().requests()), (1, 2));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Meter(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    bill: Mutex<Bill>,
    parent: Option<Meter>,
}

impl Meter {
    /// A meter at nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A meter at nothing, whose lines go on this one too.
    #[must_use]
    pub fn child(&self) -> Self {
        Self(Arc::new(Inner { bill: Mutex::default(), parent: Some(self.clone()) }))
    }

    /// Adds a request here and in all parents.
    pub fn record(&self, line: Line) {
        let mut meter = self;
        while let Some(parent) = &meter.0.parent {
            meter.lock().push(line.clone());
            meter = parent;
        }
        meter.lock().push(line);
    }

    /// All requests so far.
    #[must_use]
    pub fn bill(&self) -> Bill {
        self.lock().clone()
    }

    /// What was spent so far.
    #[must_use]
    pub fn spent(&self) -> Total {
        self.lock().total()
    }

    fn lock(&self) -> MutexGuard<'_, Bill> {
        // A push either happened or not: a panic elsewhere leaves no half of a line.
        self.0.bill.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
