//! An account: a handle that many share.

use std::fmt;
use std::sync::{Arc, Weak};

use super::Cost;
use super::hold::{Hold, Reserving};
use super::lock::Locked;
use super::refusal::Refusal;
use super::tree::{Limit, Place, Sums, Tree};

/// An account with a limit. A clone is the same account.
///
/// What is spent from an account is spent from all accounts above it too, and is refused where it
/// does not fit into one of them. Money is held before it is spent: a request's worst case is set
/// aside on every account up the tree at once, its bill settles that, and the rest goes back.
///
/// ```
/// use fastroai::money::Budget;
/// use fastroai::usd;
/// let tenant = Budget::new("tenant", usd!("5.00"));
/// let chat = tenant.child("chat", usd!("0.50"));
/// let hold = chat.try_reserve(usd!("0.40"))?;
/// assert!(chat.try_reserve(usd!("0.20")).is_err(), "it might not be there");
/// hold.settle(usd!("0.01"));
/// assert_eq!((tenant.spent(), chat.left()), (usd!("0.01"), usd!("0.49")));
/// # Ok::<(), fastroai::money::Refusal>(())
/// ```
#[derive(Clone)]
pub struct Budget(Arc<Account>);

struct Account {
    tree: Arc<Locked<Tree>>,
    place: Place,
    name: String,
    limit: Limit,
    parent: Option<Budget>,
}

impl Budget {
    /// An account of this name that is never overspent.
    #[must_use]
    pub fn new(name: impl Into<String>, limit: Cost) -> Self {
        Self::open(None, name.into(), Limit::Hard(limit))
    }

    /// An account of this name that is only looked at before each request: the one that crosses the
    /// limit is made, and so are those on their way. What has no known price may be spent from it.
    #[must_use]
    pub fn soft(name: impl Into<String>, limit: Cost) -> Self {
        Self::open(None, name.into(), Limit::Soft(limit))
    }

    /// An account under this one.
    #[must_use]
    pub fn child(&self, name: impl Into<String>, limit: Cost) -> Self {
        Self::open(Some(self.clone()), name.into(), Limit::Hard(limit))
    }

    /// An account under this one that is only looked at before each request.
    #[must_use]
    pub fn soft_child(&self, name: impl Into<String>, limit: Cost) -> Self {
        Self::open(Some(self.clone()), name.into(), Limit::Soft(limit))
    }

    fn open(parent: Option<Self>, name: String, limit: Limit) -> Self {
        let above = parent.as_ref().map(|parent| parent.0.place);
        let tree = parent.as_ref().map_or_else(Arc::default, |parent| Arc::clone(&parent.0.tree));
        let place = tree.lock().open(&name, above, limit);
        Self(Arc::new(Account { tree, place, name, limit, parent }))
    }

    /// Whether they are of one tree.
    pub(crate) fn is_kin_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0.tree, &other.0.tree)
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The account above it.
    #[must_use]
    pub fn parent(&self) -> Option<&Self> {
        self.0.parent.as_ref()
    }

    /// Its limit.
    #[must_use]
    pub fn limit(&self) -> Cost {
        self.0.limit.amount()
    }

    /// Whether it is only looked at before each request.
    #[must_use]
    pub fn is_soft(&self) -> bool {
        matches!(self.0.limit, Limit::Soft(_))
    }

    /// What was spent, as far as it is known.
    #[must_use]
    pub fn spent(&self) -> Cost {
        self.sums().spent
    }

    /// What is set aside for requests on their way.
    #[must_use]
    pub fn held(&self) -> Cost {
        self.sums().held
    }

    /// What may have been paid, for attempts of which nobody knows whether they were served.
    #[must_use]
    pub fn possibly_paid(&self) -> Cost {
        self.sums().possibly_paid
    }

    /// What can be spent now: the limit without what is spent, held and possibly paid. The accounts
    /// above may have less.
    #[must_use]
    pub fn left(&self) -> Cost {
        let Sums { spent, held, possibly_paid } = self.sums();
        self.limit().saturating_sub(spent).saturating_sub(held).saturating_sub(possibly_paid)
    }

    /// Whether this account, or one above it, is never overspent.
    pub(crate) fn is_hard(&self) -> bool {
        let line = std::iter::successors(Some(self), |budget| budget.parent());
        line.into_iter().any(|budget| !budget.is_soft())
    }

    /// What tells it from all others, for as long as it lives.
    pub(crate) fn identity(&self) -> Identity {
        Identity(Arc::downgrade(&self.0))
    }

    /// Whether this is the other account, or one under it.
    pub(crate) fn is_under(&self, other: &Self) -> bool {
        let mut line = std::iter::successors(Some(self), |budget| budget.parent());
        line.any(|budget| Arc::ptr_eq(&budget.0, &other.0))
    }

    /// Sets money aside, on this account and on all above it.
    ///
    /// # Errors
    /// [`Refusal`], where one of them does not have it now: it is spent, or held for others.
    pub fn try_reserve(&self, amount: Cost) -> Result<Hold, Refusal> {
        let (tree, place) = self.place();
        tree.lock().ask_now(place, amount)?;
        Ok(Hold::new(self.clone(), amount))
    }

    /// Sets money aside: `most` of it, or what there is where that is `least` or more.
    ///
    /// Money that is held for others is waited for, first come first served; money that is spent is
    /// not. Nothing ends the wait but holds that end, so hold nothing of this tree meanwhile, and
    /// put a time limit around it.
    ///
    /// # Errors
    /// [`Refusal`], where the least does not fit, whatever comes back.
    pub async fn reserve(&self, least: Cost, most: Cost) -> Result<Hold, Refusal> {
        Reserving::new(self.clone(), least, most).await
    }

    /// Spends money from this account and from all above it.
    ///
    /// # Errors
    /// [`Refusal`], where one of them does not have it now; nothing is spent then.
    pub fn charge(&self, cost: Cost) -> Result<(), Refusal> {
        self.try_reserve(cost)?.settle(cost);
        Ok(())
    }

    /// Spends what has been paid already, whether there was enough or not.
    pub(crate) fn spend(&self, cost: Cost) {
        let (tree, place) = self.place();
        // What is spent comes back to no one, but those who can wait no longer are told.
        let wakers = tree.lock().end(place, Cost::ZERO, cost, Cost::ZERO);
        wakers.into_iter().for_each(std::task::Waker::wake);
    }

    /// Counts what was spent, and what may have been paid, of another account that this one goes on
    /// from. Those above have had it.
    pub(crate) fn carry(&self, spent: Cost, possibly_paid: Cost) {
        let (tree, place) = self.place();
        tree.lock().carry(place, spent, possibly_paid);
    }

    /// Learns what was paid where `known` was sure and `unsure` was kept beside it; gives what is kept
    /// here, or above, where that is less.
    pub(crate) fn learn(&self, known: Cost, unsure: Cost, paid: Cost) -> Result<(), Cost> {
        let (tree, place) = self.place();
        let wakers = tree.lock().learn(place, known, unsure, paid)?;
        wakers.into_iter().for_each(std::task::Waker::wake);
        Ok(())
    }

    /// What was spent, and what may have been paid beside it, at one moment.
    pub(crate) fn gone(&self) -> (Cost, Cost) {
        let Sums { spent, possibly_paid, .. } = self.sums();
        (spent, possibly_paid)
    }

    fn sums(&self) -> Sums {
        let (tree, place) = self.place();
        tree.lock().sums(place)
    }

    pub(super) fn place(&self) -> (&Locked<Tree>, Place) {
        (&self.0.tree, self.0.place)
    }
}

/// An account, without keeping it open.
#[derive(Clone)]
pub(crate) struct Identity(Weak<Account>);

impl Identity {
    /// No other account has the same, for as long as this is kept.
    pub(crate) fn number(&self) -> usize {
        self.0.as_ptr().addr()
    }

    /// Whether the account is closed.
    pub(crate) fn is_gone(&self) -> bool {
        self.0.strong_count() == 0
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        self.tree.lock().close(self.place);
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sums { spent, held, possibly_paid } = self.sums();
        f.debug_struct("Budget")
            .field("name", &self.0.name)
            .field("limit", &self.0.limit)
            .field("spent", &spent)
            .field("held", &held)
            .field("possibly_paid", &possibly_paid)
            .finish_non_exhaustive()
    }
}
