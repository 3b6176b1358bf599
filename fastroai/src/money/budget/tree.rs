//! The accounts of one tree and who waits for them: no lock, no clock, no task.

use std::task::Waker;

use super::Cost;
use super::refusal::Refusal;

/// The place of an account in its tree.
pub(super) type Place = usize;

/// What is asked of an account and of all accounts above it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask {
    /// Less than this is of no use.
    pub(super) least: Cost,
    /// This is what is wanted.
    pub(super) most: Cost,
}

/// How far an account binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// Spent and held together never pass it.
    Hard(Cost),
    /// Nothing begins once this is spent; what has begun may pass it.
    Soft(Cost),
}

impl Limit {
    pub(super) fn amount(self) -> Cost {
        match self {
            Self::Hard(amount) | Self::Soft(amount) => amount,
        }
    }
}

#[derive(Debug)]
struct Account {
    name: String,
    parent: Option<Place>,
    limit: Limit,
    sums: Sums,
}

/// Where the money of an account is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) spent: Cost,
    pub(super) held: Cost,
    pub(super) possibly_paid: Cost,
}

impl Sums {
    /// What will not come back.
    fn gone(self) -> Cost {
        self.spent.saturating_add(self.possibly_paid)
    }
}

/// A request for money that could not be answered at once.
#[derive(Debug)]
struct Waiter {
    ticket: u64,
    leaf: Place,
    ask: Ask,
    waker: Option<Waker>,
    answer: Option<Result<Cost, Refusal>>,
}

/// What can be said to a request now.
enum Verdict {
    Answer(Result<Cost, Refusal>),
    /// It waits for these accounts, and nobody who comes later overtakes it there.
    Wait(Vec<Place>),
}

/// A request's answer, or the ticket to wait with.
pub(super) enum Asked {
    Answer(Result<Cost, Refusal>),
    Ticket(u64),
}

/// All accounts under one root.
#[derive(Debug, Default)]
pub(super) struct Tree {
    accounts: Vec<Option<Account>>,
    queue: Vec<Waiter>,
    tickets: u64,
}

impl Tree {
    pub(super) fn open(&mut self, name: &str, parent: Option<Place>, limit: Limit) -> Place {
        let account = Account { name: name.to_owned(), parent, limit, sums: Sums::default() };
        let free = self.accounts.iter().position(Option::is_none);
        let place = free.unwrap_or(self.accounts.len());
        self.accounts.resize_with(self.accounts.len().max(place + 1), || None);
        self.accounts[place] = Some(account);
        place
    }

    pub(super) fn close(&mut self, place: Place) {
        if let Some(account) = self.accounts.get_mut(place) {
            *account = None;
        }
    }

    pub(super) fn sums(&self, place: Place) -> Sums {
        self.account(place).map(|account| account.sums).unwrap_or_default()
    }

    fn account(&self, place: Place) -> Option<&Account> {
        self.accounts.get(place)?.as_ref()
    }

    /// The account and all above it.
    fn line(&self, leaf: Place) -> impl Iterator<Item = (Place, &Account)> {
        let at = |place: Place| Some((place, self.account(place)?));
        std::iter::successors(at(leaf), move |(_, account)| at(account.parent?))
    }

    /// Counts what is gone here alone.
    pub(super) fn carry(&mut self, place: Place, spent: Cost, possibly_paid: Cost) {
        if let Some(Some(account)) = self.accounts.get_mut(place) {
            let sums = &mut account.sums;
            sums.spent = sums.spent.saturating_add(spent);
            sums.possibly_paid = sums.possibly_paid.saturating_add(possibly_paid);
        }
    }

    fn change(&mut self, leaf: Place, change: impl Fn(&mut Sums)) {
        let mut next = Some(leaf);
        while let Some(place) = next {
            let Some(Some(account)) = self.accounts.get_mut(place) else { return };
            change(&mut account.sums);
            next = account.parent;
        }
    }

    /// Holds what is asked for, or says why not, or has the request wait for its turn.
    pub(super) fn ask(&mut self, leaf: Place, ask: Ask) -> Asked {
        let blocked = self.blocked();
        match self.judge(leaf, ask, &blocked) {
            Verdict::Answer(answer) => {
                self.hold(leaf, &answer);
                Asked::Answer(answer)
            }
            Verdict::Wait(_) => {
                self.tickets = self.tickets.wrapping_add(1);
                let ticket = self.tickets;
                self.queue.push(Waiter { ticket, leaf, ask, waker: None, answer: None });
                Asked::Ticket(ticket)
            }
        }
    }

    /// Holds all that is asked for now, or says why not: it waits for no one, and overtakes no one.
    pub(super) fn ask_now(&mut self, leaf: Place, amount: Cost) -> Result<(), Refusal> {
        let ask = Ask { least: amount, most: amount };
        let blocked = self.blocked();
        match self.judge(leaf, ask, &blocked) {
            Verdict::Answer(answer) => {
                self.hold(leaf, &answer);
                answer.map(drop)
            }
            Verdict::Wait(short) => {
                let short = self.line(leaf).find(|(place, _)| short.contains(place));
                let (_, account) = short
                    .or_else(|| self.line(leaf).next())
                    .ok_or_else(|| Refusal::closed(amount))?;
                Err(account.refuse(amount))
            }
        }
    }

    /// The accounts that someone is waiting for.
    fn blocked(&self) -> Vec<Place> {
        let mut blocked = Vec::new();
        for waiter in self.queue.iter().filter(|waiter| waiter.answer.is_none()) {
            if let Verdict::Wait(short) = self.judge(waiter.leaf, waiter.ask, &blocked) {
                blocked.extend(short);
            }
        }
        blocked
    }

    fn judge(&self, leaf: Place, ask: Ask, blocked: &[Place]) -> Verdict {
        // What there is now, and what there is once all that is held has come back.
        let (mut now, mut ever) = (Cost::MAX, Cost::MAX);
        let mut tightest = None;
        let mut turn = true;
        for (place, account) in self.line(leaf) {
            let gone = account.sums.gone();
            match account.limit {
                Limit::Soft(limit) if account.sums.spent >= limit => {
                    return Verdict::Answer(Err(account.refuse(ask.least)));
                }
                Limit::Soft(_) => {}
                // An account of nothing lets nothing through, not even what is free.
                Limit::Hard(Cost::ZERO) => return Verdict::Answer(Err(account.refuse(ask.least))),
                Limit::Hard(limit) => {
                    let left = limit.saturating_sub(gone);
                    if tightest.is_none() || left < ever {
                        tightest = Some(account);
                    }
                    ever = ever.min(left);
                    now = now.min(left.saturating_sub(account.sums.held));
                }
            }
            turn &= !blocked.contains(&place);
        }
        if let Some(account) = tightest.filter(|_| ever < ask.least) {
            return Verdict::Answer(Err(account.refuse(ask.least)));
        }
        let needed = if ever < ask.most { ask.least } else { ask.most };
        if turn && now >= needed {
            return Verdict::Answer(Ok(now.min(ask.most)));
        }
        let short = self.line(leaf).filter(|(_, account)| account.is_short_of(needed));
        Verdict::Wait(short.map(|(place, _)| place).collect())
    }

    fn hold(&mut self, leaf: Place, answer: &Result<Cost, Refusal>) {
        if let Ok(amount) = answer {
            self.change(leaf, |sums| sums.held = sums.held.saturating_add(*amount));
        }
    }

    /// Ends a hold: so much was spent, so much may have been, and the rest comes back.
    pub(super) fn end(
        &mut self,
        leaf: Place,
        held: Cost,
        spent: Cost,
        possibly_paid: Cost,
    ) -> Vec<Waker> {
        self.change(leaf, |sums| {
            sums.held = sums.held.saturating_sub(held);
            sums.spent = sums.spent.saturating_add(spent);
            sums.possibly_paid = sums.possibly_paid.saturating_add(possibly_paid);
        });
        self.serve()
    }

    /// Learns what was paid where `known` was sure and `unsure` was kept beside it, or gives what is
    /// kept, where that is less.
    pub(super) fn learn(
        &mut self,
        leaf: Place,
        known: Cost,
        unsure: Cost,
        paid: Cost,
    ) -> Result<Vec<Waker>, Cost> {
        let kept = self.line(leaf).map(|(_, account)| account.sums.possibly_paid).min();
        let kept = kept.unwrap_or_default();
        if kept < unsure {
            return Err(kept);
        }
        self.change(leaf, |sums| {
            sums.possibly_paid = sums.possibly_paid.saturating_sub(unsure);
            sums.spent = sums.spent.saturating_sub(known).saturating_add(paid);
        });
        Ok(self.serve())
    }

    /// Answers those who wait, first come first served, and tells whom to wake.
    fn serve(&mut self) -> Vec<Waker> {
        let mut wakers = Vec::new();
        let mut blocked = Vec::new();
        for at in 0..self.queue.len() {
            let Some(Waiter { leaf, ask, answer: None, .. }) = self.queue.get(at) else { continue };
            let (leaf, ask) = (*leaf, *ask);
            match self.judge(leaf, ask, &blocked) {
                Verdict::Wait(short) => blocked.extend(short),
                Verdict::Answer(answer) => {
                    self.hold(leaf, &answer);
                    if let Some(waiter) = self.queue.get_mut(at) {
                        waiter.answer = Some(answer);
                        wakers.extend(waiter.waker.take());
                    }
                }
            }
        }
        wakers
    }

    /// The answer to a request that waits, once there is one.
    pub(super) fn poll(&mut self, ticket: u64, waker: &Waker) -> Option<Result<Cost, Refusal>> {
        let at = self.queue.iter().position(|waiter| waiter.ticket == ticket)?;
        let waiter = self.queue.get_mut(at)?;
        if waiter.answer.is_some() {
            return self.queue.remove(at).answer;
        }
        waiter.waker = Some(waker.clone());
        None
    }

    /// Gives a request up; what it was granted meanwhile comes back.
    pub(super) fn leave(&mut self, ticket: u64) -> Vec<Waker> {
        let Some(at) = self.queue.iter().position(|waiter| waiter.ticket == ticket) else {
            return Vec::new();
        };
        let waiter = self.queue.remove(at);
        let granted = waiter.answer.and_then(Result::ok).unwrap_or(Cost::ZERO);
        self.end(waiter.leaf, granted, Cost::ZERO, Cost::ZERO)
    }
}

impl Account {
    fn is_short_of(&self, needed: Cost) -> bool {
        let Limit::Hard(limit) = self.limit else { return false };
        limit.saturating_sub(self.sums.gone()).saturating_sub(self.sums.held) < needed
    }

    fn refuse(&self, needed: Cost) -> Refusal {
        Refusal {
            account: self.name.clone(),
            budget: self.limit.amount(),
            spent: self.sums.spent,
            held: self.sums.held.saturating_add(self.sums.possibly_paid),
            needed,
        }
    }
}
