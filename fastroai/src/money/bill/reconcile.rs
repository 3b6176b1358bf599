//! What a request cost, learned after its bill.

use super::{Line, LineState};
use crate::money::{Budget, Cost};

/// What a request cost cannot be told of a line, or of an account.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReconcileError {
    /// There is nothing to learn: its cost is known.
    #[error("the cost of this line is known already: nothing is changed")]
    Known,
    /// The account does not hold what the line says that it does.
    #[error(
        "`{account}` keeps {possibly_paid} for what may have been paid, and not the {needed} of this line: \
         take the account that paid for it, once"
    )]
    NotHeld {
        /// The account.
        account: String,
        /// What it keeps.
        possibly_paid: Cost,
        /// What the line says that is kept for it.
        needed: Cost,
    },
}

impl Line {
    /// Says what it cost in the end, where the bill did not know: nothing, or what the provider's own
    /// bill says. Where an account holds money for it, use [`Budget::reconcile`].
    ///
    /// # Errors
    /// [`ReconcileError::Known`], where it knows what it cost.
    pub fn reconcile(&mut self, paid: Cost) -> Result<(), ReconcileError> {
        if self.state() == LineState::Settled {
            return Err(ReconcileError::Known);
        }
        (self.cost, self.held, self.reconciled) = (Some(paid), None, true);
        Ok(())
    }

    /// What is held for it beyond what it cost for sure.
    pub(super) fn unsure(&self) -> Cost {
        let known = self.cost.unwrap_or_default();
        self.held.map_or(Cost::ZERO, |held| held.saturating_sub(known))
    }
}

impl Budget {
    /// Says what a request cost in the end that this account paid for: spends that here and on all
    /// accounts above, gives back what was kept for it, and puts it on the line.
    ///
    /// The account is the one that the run was given, or one above that is of interest; those below
    /// are not changed. Where accounts of several trees paid, each takes a clone of the line.
    ///
    /// ```
    /// use fastroai::money::{Bill, Budget, Cost, Line, LineState};
    /// use fastroai::usd;
    /// let tenant = Budget::new("tenant", usd!("5"));
    /// // A request was cut off: what it cost at most is kept.
    /// tenant.try_reserve(usd!("0.40"))?.possibly_paid(Cost::ZERO);
    /// let mut line = Line::new(1, 1, "openai", "gpt-4o").failed();
    /// line.held = Some(usd!("0.40"));
    /// let mut bill = Bill::from_iter([line]);
    /// // The provider's own bill says that it cost one cent.
    /// for line in bill.lines_mut().iter_mut().filter(|it| it.state() == LineState::PossiblyPaid) {
    ///     tenant.reconcile(line, usd!("0.01"))?;
    /// }
    /// assert_eq!((tenant.spent(), tenant.left()), (usd!("0.01"), usd!("4.99")));
    /// assert_eq!(bill.total(), usd!("0.01"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`ReconcileError`], where the line knows its cost, or this account does not keep what it says;
    /// nothing is changed then.
    pub fn reconcile(&self, line: &mut Line, paid: Cost) -> Result<(), ReconcileError> {
        if line.state() == LineState::Settled {
            return Err(ReconcileError::Known);
        }
        let unsure = line.unsure();
        self.learn(line.cost.unwrap_or_default(), unsure, paid).map_err(|possibly_paid| {
            ReconcileError::NotHeld {
                account: self.name().to_owned(),
                possibly_paid,
                needed: unsure,
            }
        })?;
        line.reconcile(paid)
    }
}
