//! Accounts under every order in which threads can touch them.
//!
//! The sources are the library's own; only their lock is one that tries all orders.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(dead_code, unreachable_pub, missing_docs, reason = "not all of it is modelled")]

#[path = "../src/money/budget/account.rs"]
mod account;
#[path = "../src/money/budget/hold.rs"]
mod hold;
#[path = "../src/money/budget/refusal.rs"]
mod refusal;
#[path = "../src/money/budget/tree.rs"]
mod tree;

mod lock {
    use loom::sync::{Mutex, MutexGuard};

    #[derive(Debug, Default)]
    pub(super) struct Locked<T>(Mutex<T>);

    impl<T> Locked<T> {
        pub(super) fn lock(&self) -> MutexGuard<'_, T> {
            self.0.lock().expect("nothing panics inside the lock")
        }
    }
}

use account::Budget;
use fastroai::money::Cost;
use loom::future::block_on;
use loom::thread;

const fn dollars(amount: u64) -> Cost {
    Cost::from_microdollars(amount * 1_000_000)
}

fn assert_within(budget: &Budget) {
    let (spent, held) = (budget.spent(), budget.held());
    let taken = spent.saturating_add(held).saturating_add(budget.possibly_paid());
    assert!(taken <= budget.limit(), "{budget:?}");
}

#[test]
fn b1_requests_side_by_side_never_hold_more_than_there_is() {
    loom::model(|| {
        let process = Budget::new("process", dollars(3));
        let threads: Vec<_> = ["a", "b"]
            .map(|name| {
                let tenant = process.child(name, dollars(2));
                thread::spawn(move || {
                    let hold = tenant.try_reserve(dollars(2));
                    assert_within(tenant.parent().expect("a parent"));
                    hold.map(|hold| hold.settle(dollars(1))).is_ok()
                })
            })
            .into();
        let paid = threads.into_iter().map(|it| it.join().unwrap()).filter(|paid| *paid).count();
        assert!(paid >= 1);
        assert_eq!(process.spent(), dollars(u64::try_from(paid).unwrap()));
        assert_eq!(process.held(), Cost::ZERO);
    });
}

#[test]
fn who_waits_is_woken_when_a_hold_ends_however_it_ends() {
    for end in 0..3 {
        loom::model(move || {
            let budget = Budget::new("run", dollars(2));
            let hold = budget.try_reserve(dollars(2)).expect("there is enough");
            let waiting = budget.clone();
            let waits = thread::spawn(move || {
                block_on(waiting.reserve(dollars(1), dollars(1)))
                    .map(|hold| hold.settle(dollars(1)))
            });
            match end {
                0 => drop(hold),
                1 => hold.settle(dollars(1)),
                _ => hold.possibly_paid(dollars(1)),
            }
            let answer = waits.join().unwrap();
            // What may have been paid does not come back.
            assert_eq!(answer.is_ok(), end != 2);
            assert_eq!(budget.held(), Cost::ZERO);
            assert_within(&budget);
        });
    }
}

#[test]
fn b13_who_gives_up_waiting_leaks_nothing() {
    loom::model(|| {
        let budget = Budget::new("run", dollars(1));
        let hold = budget.try_reserve(dollars(1)).expect("there is enough");
        let waiting = budget.clone();
        let gives_up = thread::spawn(move || {
            use std::task::{Context, Waker};
            let mut asked = Box::pin(waiting.reserve(dollars(1), dollars(1)));
            let mut context = Context::from_waker(Waker::noop());
            // Granted or not, it is dropped.
            drop(asked.as_mut().poll(&mut context));
        });
        drop(hold);
        gives_up.join().unwrap();
        assert_eq!((budget.held(), budget.left()), (Cost::ZERO, dollars(1)));
    });
}
