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
    pending: Mutex<Vec<Pending>>,
    parent: Option<Meter>,
}

/// A request that is on its way, as it goes on the bill should nothing more be heard of it.
pub(crate) type Pending = Arc<Line>;

impl Meter {
    /// A meter at nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A meter at nothing, whose lines go on this one too.
    #[must_use]
    pub fn child(&self) -> Self {
        Self(Arc::new(Inner { parent: Some(self.clone()), ..Inner::default() }))
    }

    /// Adds a request here and in all parents.
    pub fn record(&self, line: Line) {
        for parent in self.and_parents().skip(1) {
            parent.lock().push(line.clone());
        }
        self.lock().push(line);
    }

    /// Goes on from a bill whose lines the parents have had already, or are none of theirs.
    pub(crate) fn carry(&self, bill: Bill) {
        self.lock().extend(bill);
    }

    /// Notes a request that is on its way, here and in all parents.
    pub(crate) fn begin(&self, line: Line) -> Pending {
        let pending = Arc::new(line);
        for meter in self.and_parents() {
            meter.lock_pending().push(Arc::clone(&pending));
        }
        pending
    }

    /// Puts what has come of a request in its place, here and in all parents.
    pub(crate) fn end(&self, pending: &Pending, line: Option<&Line>) {
        for meter in self.and_parents() {
            let mut others = meter.lock_pending();
            others.retain(|other| !Arc::ptr_eq(other, pending));
            meter.lock().extend(line.cloned());
        }
    }

    /// All requests so far, those included that are on their way.
    pub(crate) fn bill_with_pending(&self) -> Bill {
        let pending = self.lock_pending();
        let mut bill = self.bill();
        bill.extend(pending.iter().map(|line| Line::clone(line)));
        bill
    }

    fn and_parents(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |meter| meter.0.parent.as_ref())
    }

    fn lock_pending(&self) -> MutexGuard<'_, Vec<Pending>> {
        self.0.pending.lock().unwrap_or_else(PoisonError::into_inner)
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
