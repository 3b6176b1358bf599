//! Sums over many calls: no call is lost, and none is rounded.

use fastroai::Usage;
use fastroai::money::{Bill, Budget, Cost, Line, Meter, Rates};

use crate::cases;
use crate::chance::Chance;

fn usage(chance: &mut Chance) -> Usage {
    let mut usage = Usage::default();
    let (input, output) = (chance.below(200_000), chance.below(5_000));
    (usage.input_tokens, usage.output_tokens) = (Some(input), Some(output));
    if chance.once_in(3) {
        usage.cache_read_tokens = Some(chance.below(input + 1));
    }
    usage
}

/// What a usage costs, in hundred-millionths of a picodollar, by hand.
fn by_hand(usage: &Usage, input: u64, output: u64) -> u128 {
    let all = u128::from(usage.input_tokens.unwrap());
    let read = u128::from(usage.cache_read_tokens.unwrap_or(0));
    let [input, output] = [input, output].map(u128::from);
    (all - read) * input * 100
        + read * input * 10
        + u128::from(usage.output_tokens.unwrap()) * output * 100
}

#[test]
fn b7_b14_sums_over_many_calls_are_exact_and_each_call_is_rounded_up_once() {
    const PARTS: u128 = 100_000_000;
    let mut chance = Chance::new(7);
    let meter = Meter::new();
    let account = Budget::new("process", Cost::MAX).child("tenant", Cost::MAX);
    let (mut sum, mut exact) = (0u128, 0u128);
    for _ in 0..cases() {
        // Prices with as many digits as an amount can have.
        let rates = [chance.below(3_000_000_000_000), chance.below(9_000_000_000_000)];
        let [input, output] = rates.map(Cost::from_picodollars);
        let usage = usage(&mut chance);
        let parts = by_hand(&usage, rates[0], rates[1]);
        let cost = Rates::new(input, output).cost(&usage).unwrap();
        assert_eq!(u128::from(cost.picodollars()), parts.div_ceil(PARTS));
        (sum, exact) = (sum + parts.div_ceil(PARTS), exact + parts);
        account.charge(cost).unwrap();
        meter.record(Line::new(1, 1, "test", "one").with(usage, Some(cost)));
    }
    let bill = meter.bill();
    assert_eq!(u128::from(bill.total().exact().unwrap().picodollars()), sum);
    assert_eq!(bill.lines().len() as u64, cases());
    assert_eq!(account.spent(), bill.total().known());
    assert_eq!(account.parent().unwrap().spent(), account.spent());
    // What rounding added is less than a picodollar a call.
    assert!(sum * PARTS - exact < u128::from(cases()) * PARTS);
    let stored = serde_json::to_string(&bill.lines()[..100.min(bill.lines().len())]).unwrap();
    let read: Vec<Line> = serde_json::from_str(&stored).unwrap();
    assert_eq!(read.iter().cloned().collect::<Bill>().lines(), &bill.lines()[..read.len()]);
}
