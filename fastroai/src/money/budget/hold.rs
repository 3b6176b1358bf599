//! Money that is set aside, and the wait for it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use super::Cost;
use super::account::Budget;
use super::refusal::Refusal;
use super::tree::{Ask, Asked};

/// Money set aside on an account and on all above it, until what is paid for has a bill.
///
/// Dropped, it goes back: however a request ends, no money stays held by accident.
#[derive(Debug)]
#[must_use = "a hold that is dropped goes back"]
pub struct Hold {
    budget: Budget,
    amount: Cost,
    open: bool,
}

impl Hold {
    pub(super) fn new(budget: Budget, amount: Cost) -> Self {
        Self { budget, amount, open: true }
    }

    /// How much is held.
    #[must_use]
    pub fn amount(&self) -> Cost {
        self.amount
    }

    /// Spends what it cost in the end, and gives the rest back.
    ///
    /// Where that is more than was held, all of it is spent nevertheless: an account says the truth,
    /// and refuses what comes next.
    pub fn settle(mut self, cost: Cost) {
        self.end(cost, Cost::ZERO);
    }

    /// Keeps what may have been paid: `known` was spent for sure, the rest stays held for good.
    pub fn possibly_paid(mut self, known: Cost) {
        self.end(known, self.amount.saturating_sub(known));
    }

    fn end(&mut self, spent: Cost, possibly_paid: Cost) {
        if std::mem::take(&mut self.open) {
            let (tree, place) = self.budget.place();
            let wakers = tree.lock().end(place, self.amount, spent, possibly_paid);
            wake(wakers);
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.end(Cost::ZERO, Cost::ZERO);
    }
}

/// A request for money that waits for its turn; dropped, it leaves the queue.
pub(super) struct Reserving {
    budget: Budget,
    ask: Ask,
    ticket: Option<u64>,
}

impl Reserving {
    pub(super) fn new(budget: Budget, least: Cost, most: Cost) -> Self {
        Self { budget, ask: Ask { least: least.min(most), most }, ticket: None }
    }
}

impl Future for Reserving {
    type Output = Result<Hold, Refusal>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        let (tree, place) = this.budget.place();
        let mut tree = tree.lock();
        let ticket = match this.ticket {
            Some(ticket) => ticket,
            None => match tree.ask(place, this.ask) {
                Asked::Answer(answer) => {
                    return Poll::Ready(
                        answer.map(|amount| Hold::new(this.budget.clone(), amount)),
                    );
                }
                Asked::Ticket(ticket) => *this.ticket.insert(ticket),
            },
        };
        let Some(answer) = tree.poll(ticket, cx.waker()) else { return Poll::Pending };
        this.ticket = None;
        Poll::Ready(answer.map(|amount| Hold::new(this.budget.clone(), amount)))
    }
}

impl Drop for Reserving {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            let wakers = self.budget.place().0.lock().leave(ticket);
            wake(wakers);
        }
    }
}

/// Wakes outside of the lock: whoever is woken may want it.
fn wake(wakers: Vec<Waker>) {
    wakers.into_iter().for_each(Waker::wake);
}
