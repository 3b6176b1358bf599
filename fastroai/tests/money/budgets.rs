//! Accounts: what they hold, what they refuse, and who waits.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use fastroai::money::{Budget, Cost, Hold, Refusal};
use fastroai::usd;
use proptest::prelude::*;

type Asking<'a> = Pin<Box<dyn Future<Output = Result<Hold, Refusal>> + 'a>>;

fn asks(budget: &Budget, least: Cost, most: Cost) -> Asking<'_> {
    Box::pin(budget.reserve(least, most))
}

fn poll(asking: &mut Asking<'_>) -> Poll<Result<Hold, Refusal>> {
    asking.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

fn now(mut asking: Asking<'_>) -> Result<Hold, Refusal> {
    let Poll::Ready(answer) = poll(&mut asking) else { unreachable!("it waits") };
    answer
}

#[test]
fn a_hold_is_on_every_account_up_the_tree_until_it_ends() {
    let process = Budget::new("process", usd!("10"));
    let tenant = process.child("tenant", usd!("5"));
    let run = tenant.child("run", usd!("1"));
    let hold = run.try_reserve(usd!("0.60")).unwrap();
    for budget in [&process, &tenant, &run] {
        assert_eq!((budget.held(), budget.spent()), (usd!("0.60"), Cost::ZERO));
    }
    hold.settle(usd!("0.25"));
    for budget in [&process, &tenant, &run] {
        assert_eq!((budget.held(), budget.spent()), (Cost::ZERO, usd!("0.25")));
    }
    assert_eq!(run.left(), usd!("0.75"));
}

#[test]
fn a_refusal_names_the_account_that_is_short_and_holds_nothing_anywhere() {
    let process = Budget::new("process", usd!("1"));
    let run = process.child("run", usd!("5"));
    process.charge(usd!("0.30")).unwrap();
    let held = process.try_reserve(usd!("0.50")).unwrap();
    let refusal = run.try_reserve(usd!("0.40")).unwrap_err();
    assert_eq!(
        (refusal.account.as_str(), refusal.budget, refusal.spent, refusal.held, refusal.needed),
        ("process", usd!("1"), usd!("0.30"), usd!("0.50"), usd!("0.40"))
    );
    assert_eq!(
        refusal.to_string(),
        "the budget of $1.00 on `process` does not cover $0.40: $0.30 is spent and $0.50 is held"
    );
    assert_eq!((run.held(), run.spent()), (Cost::ZERO, Cost::ZERO));
    drop(held);
    assert_eq!(process.left(), usd!("0.70"));
}

#[test]
fn b5_an_account_of_nothing_lets_nothing_through_not_even_what_is_free() {
    for budget in [Budget::new("run", Cost::ZERO), Budget::soft("run", Cost::ZERO)] {
        assert!(budget.try_reserve(Cost::ZERO).is_err());
        assert!(budget.charge(usd!("0.000001")).is_err());
        assert!(now(asks(&budget, Cost::ZERO, usd!("1"))).is_err());
    }
}

#[test]
fn b11_a_bill_above_its_hold_is_spent_in_full_and_the_next_request_refused() {
    let budget = Budget::new("run", usd!("1"));
    budget.try_reserve(usd!("0.90")).unwrap().settle(usd!("1.20"));
    assert_eq!((budget.spent(), budget.left()), (usd!("1.20"), Cost::ZERO));
    assert!(budget.try_reserve(usd!("0.000001")).is_err());
}

#[test]
fn b13_a_hold_that_is_dropped_or_unwound_goes_back() {
    let budget = Budget::new("run", usd!("1"));
    drop(budget.try_reserve(usd!("1")).unwrap());
    let hold = budget.try_reserve(usd!("1")).unwrap();
    let unwound = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _hold = hold;
        panic!("in the middle of it");
    }));
    assert!(unwound.is_err());
    assert_eq!((budget.held(), budget.left()), (Cost::ZERO, usd!("1")));
}

#[test]
fn what_may_have_been_paid_stays_held() {
    let budget = Budget::new("run", usd!("1"));
    budget.try_reserve(usd!("0.50")).unwrap().possibly_paid(usd!("0.10"));
    assert_eq!(
        (budget.spent(), budget.possibly_paid(), budget.held()),
        (usd!("0.10"), usd!("0.40"), Cost::ZERO)
    );
    assert_eq!(budget.try_reserve(usd!("0.60")).unwrap_err().held, usd!("0.40"));
}

#[test]
fn what_is_held_is_waited_for_and_what_is_spent_is_not() {
    let budget = Budget::new("run", usd!("1"));
    let hold = budget.try_reserve(usd!("0.80")).unwrap();
    let mut waits = asks(&budget, usd!("0.50"), usd!("0.50"));
    assert!(poll(&mut waits).is_pending());
    hold.settle(usd!("0.10"));
    assert_eq!(now(waits).unwrap().amount(), usd!("0.50"));
    budget.charge(usd!("0.60")).unwrap();
    assert!(now(asks(&budget, usd!("0.50"), usd!("0.50"))).is_err());
}

#[test]
fn less_is_given_only_where_the_rest_is_spent() {
    let budget = Budget::new("run", usd!("1"));
    let hold = budget.try_reserve(usd!("0.70")).unwrap();
    // All of it might come back: no reason to make do with less.
    let mut waits = asks(&budget, usd!("0.10"), usd!("0.90"));
    assert!(poll(&mut waits).is_pending());
    hold.settle(usd!("0.60"));
    assert_eq!(now(waits).unwrap().amount(), usd!("0.40"));
}

#[test]
fn first_come_is_first_served_and_others_are_not_held_up() {
    let process = Budget::new("process", usd!("10"));
    let (a, b) = (process.child("a", usd!("1")), process.child("b", usd!("1")));
    let hold = a.try_reserve(usd!("0.80")).unwrap();
    let mut first = asks(&a, usd!("1"), usd!("1"));
    assert!(poll(&mut first).is_pending());
    // It would fit, but the first one waits for that account.
    let mut second = asks(&a, usd!("0.10"), usd!("0.10"));
    assert!(poll(&mut second).is_pending());
    assert!(a.try_reserve(usd!("0.10")).is_err());
    assert!(b.try_reserve(usd!("1")).is_ok(), "another account is not waited for");
    drop(hold);
    let granted = now(first).unwrap();
    assert!(poll(&mut second).is_pending());
    drop(granted);
    assert!(now(second).is_ok());
}

#[test]
fn who_leaves_the_queue_lets_the_next_one_through() {
    let budget = Budget::new("run", usd!("1"));
    let hold = budget.try_reserve(usd!("0.80")).unwrap();
    let mut first = asks(&budget, usd!("1"), usd!("1"));
    let mut second = asks(&budget, usd!("0.10"), usd!("0.10"));
    assert!(poll(&mut first).is_pending() && poll(&mut second).is_pending());
    drop(first);
    assert!(now(second).is_ok());
    drop(hold);
    assert_eq!(budget.held(), Cost::ZERO);
}

#[test]
fn a_soft_account_is_looked_at_before_and_not_held_against() {
    let budget = Budget::soft("run", usd!("1"));
    let holds = [(); 3].map(|()| budget.try_reserve(usd!("0.80")).unwrap());
    for hold in holds {
        hold.settle(usd!("0.80"));
    }
    assert_eq!(budget.spent(), usd!("2.40"));
    let refusal = budget.try_reserve(Cost::ZERO).unwrap_err();
    assert_eq!((refusal.spent, refusal.budget), (usd!("2.40"), usd!("1")));
}

#[test]
fn b4_amounts_too_large_for_an_account_are_refused_and_never_wrap() {
    let budget = Budget::new("run", Cost::MAX);
    budget.try_reserve(Cost::ZERO).unwrap().settle(Cost::MAX);
    budget.try_reserve(Cost::ZERO).unwrap().settle(Cost::MAX);
    assert_eq!(budget.spent(), Cost::MAX);
    assert!(budget.try_reserve(Cost::from_picodollars(1)).is_err());
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Reserve(usize, u64, u64),
    Settle(usize, u64),
    PossiblyPaid(usize, u64),
    Drop(usize),
    Charge(usize, u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..4usize, 0..60u64, 0..60u64).prop_map(|(at, a, b)| Step::Reserve(at, a.min(b), a.max(b))),
        2 => (any::<usize>(), 0..100u64).prop_map(|(at, share)| Step::Settle(at, share)),
        1 => (any::<usize>(), 0..100u64).prop_map(|(at, share)| Step::PossiblyPaid(at, share)),
        1 => any::<usize>().prop_map(Step::Drop),
        1 => (0..4usize, 0..30u64).prop_map(|(at, cost)| Step::Charge(at, cost)),
    ];
    prop::collection::vec(step, 0..60)
}

fn cost(amount: u64) -> Cost {
    Cost::from_picodollars(amount)
}

proptest! {
    #[test]
    fn b1_b14_no_order_of_things_overspends_and_sums_are_those_of_the_parts(steps in steps()) {
        let process = Budget::new("process", cost(100));
        let (a, b) = (process.child("a", cost(60)), process.child("b", cost(80)));
        let run = a.child("run", cost(40));
        let budgets = [&process, &a, &b, &run];
        let mut asking: Vec<(usize, Asking<'_>)> = Vec::new();
        let mut holds: Vec<(usize, Hold)> = Vec::new();
        // What was spent and may have been paid, by where it was asked.
        let (mut spent, mut maybe) = ([0u64; 4], [0u64; 4]);
        for step in steps {
            match step {
                Step::Reserve(at, least, most) => asking.push((at, asks(budgets[at], cost(least), cost(most)))),
                Step::Charge(at, amount) => {
                    let paid = budgets[at].charge(cost(amount)).is_ok();
                    spent[at] += u64::from(paid) * amount;
                }
                Step::Settle(at, share) if !holds.is_empty() => {
                    let (place, hold) = holds.swap_remove(at % holds.len());
                    let amount = hold.amount().picodollars() * share / 100;
                    spent[place] += amount;
                    hold.settle(cost(amount));
                }
                Step::PossiblyPaid(at, share) if !holds.is_empty() => {
                    let (place, hold) = holds.swap_remove(at % holds.len());
                    let amount = hold.amount().picodollars();
                    let known = amount * share / 100;
                    spent[place] += known;
                    maybe[place] += amount - known;
                    hold.possibly_paid(cost(known));
                }
                Step::Drop(at) => {
                    if at % 2 == 0 && !holds.is_empty() {
                        drop(holds.swap_remove(at % holds.len()));
                    } else if !asking.is_empty() {
                        drop(asking.swap_remove(at % asking.len()));
                    }
                }
                _ => {}
            }
            asking.retain_mut(|(at, asking)| match poll(asking) {
                Poll::Pending => true,
                Poll::Ready(answer) => {
                    holds.extend(answer.ok().map(|hold| (*at, hold)));
                    false
                }
            });
            let under = [vec![0, 1, 2, 3], vec![1, 3], vec![2], vec![3]];
            for (budget, places) in budgets.iter().zip(under) {
                let sum = |amounts: &[u64; 4]| cost(places.iter().map(|at| amounts[*at]).sum());
                prop_assert_eq!(budget.spent(), sum(&spent));
                prop_assert_eq!(budget.possibly_paid(), sum(&maybe));
                let held = holds.iter().filter(|(at, _)| places.contains(at));
                let held: u64 = held.map(|(_, hold)| hold.amount().picodollars()).sum();
                prop_assert_eq!(budget.held(), cost(held));
                let all = budget.spent().saturating_add(budget.held());
                prop_assert!(all.saturating_add(budget.possibly_paid()) <= budget.limit());
            }
        }
        // Once nothing is held, nobody waits.
        drop(holds);
        while !asking.is_empty() {
            let before = asking.len();
            asking.retain_mut(|(_, asking)| poll(asking).is_pending());
            prop_assert!(asking.len() < before, "someone waits for nothing");
        }
    }
}
