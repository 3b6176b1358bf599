//! Bills and meters.

use std::thread;

use fastroai::money::{Bill, Cost, Line, Meter, Total};
use proptest::prelude::*;

use super::usages::{reading, tokens, usd};

fn line(cost: Option<Cost>) -> Line {
    Line::new(1, 1, "openai", "gpt-4o").with(tokens(10, 5), cost)
}

#[test]
fn an_empty_bill_is_for_nothing() {
    let bill = Bill::default();
    assert!(bill.is_empty());
    assert_eq!((bill.requests(), bill.total()), (0, Total::ZERO));
    assert!(bill.usage().is_unknown());
}

#[test]
fn failed_and_free_requests_are_on_the_bill_with_their_tokens() {
    let bill: Bill =
        [line(Some(Cost::ZERO)).failed(), line(Some(usd("0.5")))].into_iter().collect();
    assert_eq!((bill.requests(), bill.usage().total_tokens()), (2, Some(30)));
    assert_eq!(bill.total(), usd("0.5"));
}

#[test]
fn an_unpriced_line_makes_the_total_a_lower_bound() {
    let bill: Bill = [line(Some(usd("0.5"))), line(None)].into_iter().collect();
    assert_eq!((bill.total().exact(), bill.total().known()), (None, usd("0.5")));
    assert_eq!(bill.total().to_string(), "at least $0.50");
}

#[test]
fn a_total_that_does_not_fit_is_the_largest_and_not_exact() {
    let bill: Bill = [line(Some(Cost::MAX)), line(Some(usd("1")))].into_iter().collect();
    assert_eq!((bill.total().exact(), bill.total().known()), (None, Cost::MAX));
}

#[test]
fn a_bill_reads_as_a_receipt() {
    let mut bill = Bill::default();
    bill.push(
        Line::new(1, 1, "openai", "gpt-4o")
            .with(reading(tokens(512, 41), 128), Some(usd("0.0012"))),
    );
    bill.push(Line::new(1, 2, "acme", "la\u{1b}[31mrge").failed());
    let expected = "\
model                               in  out  cached              cost
openai:gpt-4o                      512   41     128           $0.0012
acme:la\\u{1b}[31mrge (failed, possibly paid)  -  -  -  cost unknown
total                              512   41     128  at least $0.0012";
    let squeeze = |text: &str| -> Vec<Vec<String>> {
        text.lines().map(|l| l.split_whitespace().map(str::to_owned).collect()).collect()
    };
    let receipt = bill.to_string();
    assert_eq!(squeeze(&receipt), squeeze(expected));
    let widths: Vec<_> = receipt.lines().map(|line| line.chars().count()).collect();
    assert!(widths.windows(2).all(|pair| pair[0] == pair[1]), "{receipt}");
}

#[test]
fn a_receipt_of_a_long_day_can_be_read() {
    let gpt = |usage, cost| {
        let mut line = Line::new(1, 1, "openai", "gpt-5").with(usage, Some(usd(cost)));
        line.prices = Some("genai-prices 0.2.1".to_owned());
        line
    };
    let mut priority = gpt(reading(tokens(1_234_567, 9_001), 512_000), "1.0557");
    priority.service_tier = Some("priority".to_owned());
    let mut searching = gpt(tokens(900, 45), "0.021575");
    (searching.usage.web_searches, searching.usage.file_searches) = (Some(2), Some(1));
    searching.prices = Some("override November".to_owned());
    let mut broken = Line::new(2, 2, "openai", "gpt-5").failed();
    broken.held = Some(usd("0.04"));
    let mut learned = broken.clone();
    learned.reconcile(usd("0.01")).unwrap();
    let tool = Line::tool(2, 1, "look", usd("0.002"));
    let bill: Bill = [priority, searching, tool, broken, learned].into_iter().collect();
    let receipt = bill.table();
    let lines: Vec<_> = receipt.lines().map(str::trim_end).collect();
    assert_eq!(
        lines,
        [
            "model                                                in    out   cached                cost",
            "openai:gpt-5, priority                        1,234,567  9,001  512,000           $1.055700",
            "openai:gpt-5, 2 searches, 1 file search             900     45        -           $0.021575",
            "tool:look                                                                         $0.002000",
            "openai:gpt-5 (failed, possibly paid)                  -      -        -        cost unknown",
            "openai:gpt-5 (failed, paid as learned later)          -      -        -           $0.010000",
            "total                                         1,235,467  9,046  512,000  at least $1.089275",
            "possibly paid beside it                                                     up to $0.040000",
            "prices: genai-prices 0.2.1, override November",
        ],
        "{receipt}"
    );
}

#[test]
fn a_bill_is_json_and_comes_back() {
    let mut bill: Bill = [line(None).failed(), line(Some(usd("0.0042")))].into_iter().collect();
    bill.extend([line(Some(Cost::ZERO))]);
    let json = serde_json::to_string(&bill).unwrap();
    assert!(json.contains(r#""cost":"$0.0042""#), "{json}");
    assert_eq!(serde_json::from_str::<Bill>(&json).unwrap(), bill);
}

#[test]
fn a_clone_of_a_meter_is_the_same_meter() {
    let meter = Meter::new();
    meter.clone().record(line(Some(usd("1"))));
    assert_eq!(meter.spent(), usd("1"));
}

#[test]
fn a_child_counts_for_all_its_parents_and_not_the_other_way_round() {
    let process = Meter::new();
    let run = process.child();
    let (first, second) = (run.child(), run.child());
    first.record(line(Some(usd("1"))));
    second.record(line(Some(usd("2"))));
    run.record(line(Some(usd("4"))));
    let spent = [&first, &second, &run, &process].map(|meter| meter.spent().to_string());
    assert_eq!(spent, ["$1.00", "$2.00", "$7.00", "$7.00"]);
}

#[test]
fn many_threads_lose_no_line() {
    let parent = Meter::new();
    let children: Vec<_> = (0..8).map(|_| parent.child()).collect();
    thread::scope(|scope| {
        for child in &children {
            scope.spawn(|| (0..250).for_each(|_| child.record(line(Some(usd("0.001"))))));
        }
    });
    assert_eq!((parent.bill().requests(), parent.spent()), (2_000, Total::from(usd("2"))));
    assert!(children.iter().all(|child| child.spent() == usd("0.25")));
}

fn costs() -> impl Strategy<Value = Vec<Option<Cost>>> {
    let cost = prop_oneof![
        8 => (0u64..u64::MAX / 64).prop_map(|p| Some(Cost::from_picodollars(p))),
        1 => Just(None),
        1 => any::<u64>().prop_map(|p| Some(Cost::from_picodollars(p))),
    ];
    prop::collection::vec(cost, 0..20)
}

/// The sum in a type that cannot overflow.
fn wide_sum<'a>(costs: impl IntoIterator<Item = &'a Option<Cost>>) -> u128 {
    costs.into_iter().flatten().map(|cost| u128::from(cost.picodollars())).sum()
}

proptest! {
    #[test]
    fn a_total_is_the_sum_of_its_lines(costs in costs()) {
        let bill: Bill = costs.iter().copied().map(line).collect();
        let (total, sum) = (bill.total(), wide_sum(&costs));
        let fits = u64::try_from(sum);
        prop_assert_eq!(u128::from(total.known().picodollars()), sum.min(u64::MAX.into()));
        prop_assert_eq!(total.exact().is_some(), fits.is_ok() && costs.iter().all(Option::is_some));
    }

    #[test]
    fn a_parent_is_all_of_its_children_together(families in prop::collection::vec(costs(), 0..5)) {
        let parent = Meter::new();
        let mut union = Bill::default();
        for costs in &families {
            let child = parent.child();
            for cost in costs {
                child.record(line(*cost));
            }
            union.extend(child.bill());
        }
        prop_assert_eq!(parent.bill(), union);
        let sum = wide_sum(families.iter().flatten());
        prop_assert_eq!(u128::from(parent.spent().known().picodollars()), sum.min(u64::MAX.into()));
    }
}
